import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = { C: { P: { T: ['ID', 'SSN'] } } }
const analyze = (sql: string) => analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' }).summary

test('GLOBAL before FULL JOIN is the alias of a table, and no kind of join', () => {
  const inner = 'select max(global.ssn) from t global full join (select 1 as one) b on true'
  expect(analyze(`select (${inner}) as y from (select 'x' as ssn) global`).status).toBe('unsupported')
})
