import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = { C: { PUBLIC: { T: ['SSN'] }, S: { U: ['SSN'] } } }
const repeating = "with t as (select 'x' as ssn union all select ssn from t) select ssn from t"
const analyze = (absent?: readonly string[]) =>
  analyzer.analyze(repeating, {
    catalog: absent === undefined ? catalog : { C: { S: catalog.C.S } },
    database: 'C',
    schema: 'S',
    ...(absent !== undefined && { absent: new Map(absent.map((name) => [name, []])) }),
  })

test('an expression that names itself may mean the table of that name in PUBLIC, and is refused', () => {
  expect(analyze().summary).toMatchObject({ status: 'unsupported', reason: { code: 'unknown-table' } })
})

test('before PUBLIC was looked at, nothing is decided', () => {
  expect(analyze(['C.S.T']).missing).toContainEqual({ database: 'C', schema: 'PUBLIC', table: 'T' })
  expect(analyze(['C.S.T', 'C.PUBLIC.T']).summary).toMatchObject({
    status: 'analyzed',
    outputs: [{ columns: [] }],
  })
})
