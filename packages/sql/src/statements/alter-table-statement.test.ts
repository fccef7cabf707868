import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = { C: { P: { T: ['SSN'] }, S: { T: ['SSN'] } } }
const analyze = (sql: string) => analyzer.analyze(sql, { catalog, database: 'C', schema: 'S' }).summary

test.each([
  ['alter table T rename to U', 'C.S.U'],
  ['alter table P.T rename to C.P.U', 'C.P.U'],
  ['alter table P.T rename to S.U', 'C.S.U'],
])('%s gives the columns the name %s', (sql, table) => {
  expect(analyze(sql)).toMatchObject({
    status: 'analyzed',
    writes: [{}, { table, columns: [{ columns: [expect.stringMatching(/\.T\.SSN$/)] }] }],
  })
})

test.each([
  'alter table P.T rename to U',
  'alter table C.P.T rename to "u"',
  'alter table D.S.T rename to S.U',
])('%s names a table of the session or one beside the old one', (sql) => {
  const other = { ...catalog, D: { S: { T: ['SSN'] } } }
  expect(analyzer.analyze(sql, { catalog: other, database: 'C', schema: 'S' }).summary).toMatchObject({
    status: 'unsupported',
    reason: { code: 'no-current-schema' },
  })
})
