import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = { C: { P: { T: ['ID', 'SSN'], U: ['X', 'SECRET'] } } }
const analyze = (sql: string) => analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' }).summary

test.each([
  ['{*}', ['C.P.T.ID', 'C.P.T.SSN']],
  ['{t.*}', ['C.P.T.ID', 'C.P.T.SSN']],
  ['{* exclude ssn}', ['C.P.T.ID']],
  ["{* ilike 's%'}", ['C.P.T.SSN']],
])('an object of columns holds those columns: %s', (object, columns) => {
  expect(analyze(`select ${object} as o from t`)).toMatchObject({
    status: 'analyzed',
    outputs: [{ columns }],
  })
})

test.each([
  "{* exclude ssn, 'k': ssn}",
  "{*, 'k': secret}",
  "{t.*, 'k': u.secret}",
  "{t.* , 'k' : u.secret:a[0]}",
  "{* ilike 'i%', 'k': ssn || id}",
  "{*, 'k': {'l': secret}}",
  "{*, 'k' 'l': secret}",
  '{*, 1: secret}',
  "object_construct(*, 'k': secret)",
  "{'k': 'l': secret}",
  "{'k': 1: secret}",
  "{'k': null: secret}",
  "['k': secret]",
  "'k': secret",
  'true: secret',
  '$$k$$: secret',
])('a column beside them is not taken for a key: %s', (object) => {
  expect(analyze(`select ${object} as o from t, u`).status).toBe('unsupported')
})
