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

test.each(['t directed join u', 't directed cross join u', 't as directed join u', 'C.P.t directed join u'])(
  'DIRECTED after a table is its alias: %s',
  (from) => {
    const inner = `select max(directed.ssn) from ${from} on true`.replace(/(cross join u) on true/, '$1')
    expect(analyze(`select (${inner}) as y from (select 'x' as ssn) directed`)).toMatchObject({
      status: 'analyzed',
      outputs: [{ columns: ['C.P.T.SSN'] }],
    })
  },
)
