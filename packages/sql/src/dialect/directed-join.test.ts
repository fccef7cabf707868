import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = { C: { P: { T: ['ID', 'SSN'], U: ['ID', 'X'] } } }
const analyze = (sql: string) => analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' }).summary

test.each(['inner', 'left', 'left outer', 'right', 'right outer', 'full', 'full outer', 'cross'])(
  'DIRECTED after a kind of join belongs to the join: %s',
  (kind) => {
    expect(
      analyze(`select t.ssn from t ${kind} directed join u ${kind === 'cross' ? '' : 'on t.id = u.id'}`),
    ).toMatchObject({
      status: 'analyzed',
      outputs: [{ columns: ['C.P.T.SSN'] }],
    })
  },
)

test('DIRECTED after AS is an alias', () => {
  const inner = 'select max(directed.ssn) from t as directed join u on true'
  expect(analyze(`select (${inner}) as y from (select 'x' as ssn) as directed`)).toMatchObject({
    status: 'analyzed',
    outputs: [{ columns: ['C.P.T.SSN'] }],
  })
})

test.each([
  'select max(directed.ssn) from t directed join u on true',
  'select max(t.ssn) from t directed join u on true',
  'select max(directed.ssn) from t directed cross join u',
  'select max(t.ssn) from C.P.t directed join u on true',
])('DIRECTED without a kind of join and without AS may be either: %s', (inner) => {
  for (const outer of ['directed', 't'])
    expect(analyze(`select (${inner}) as y from (select 'x' as ssn) as ${outer}`).status).toBe('unsupported')
})
