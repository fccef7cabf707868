import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = { C: { P: { FOO: ['K', 'V'], BAR: ['K', 'V'], PATIENTS: ['K', 'SSN'] } } }
const analyze = (sql: string) => analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' }).summary

test.each([
  [
    'merge into FOO using BAR on FOO.K = BAR.K when not matched then insert values (K, V)',
    ['C.P.BAR.K', 'C.P.BAR.V'],
  ],
  [
    'merge into FOO using BAR on FOO.K = BAR.K when matched then update set V = BAR.V * 2 when not matched and V > 1 then insert (K) values (K)',
    ['C.P.BAR.V', 'C.P.BAR.K'],
  ],
  [
    'merge into FOO t using (select K, SSN as V from PATIENTS) s on t.K = s.K when not matched then insert (V) values (V)',
    ['C.P.PATIENTS.SSN'],
  ],
  [
    'merge into FOO using BAR on FOO.K = BAR.K when not matched then insert all by name',
    ['C.P.BAR.K', 'C.P.BAR.V'],
  ],
  [
    'merge into FOO using BAR on FOO.K = BAR.K when matched then update all by name',
    ['C.P.BAR.K', 'C.P.BAR.V'],
  ],
])('a row that is not matched is the row of the source: %s', (sql, sources) => {
  const summary = analyze(sql)
  expect(summary.status).toBe('analyzed')
  const written = 'writes' in summary ? summary.writes.flatMap(({ columns }) => columns) : []
  expect(written.flatMap(({ columns }) => columns)).toEqual(sources)
})

test.each([
  'merge into FOO using PATIENTS p on FOO.K = p.K when not matched then insert values (K, V)',
  'merge into FOO using BAR on FOO.K = BAR.K when not matched then insert values (FOO.K, BAR.V)',
  'merge into FOO using BAR on FOO.K = BAR.K when matched and V > 1 then delete',
])('what names the target there, or two columns elsewhere, is refused: %s', (sql) => {
  expect(analyze(sql).status).toBe('unsupported')
})
