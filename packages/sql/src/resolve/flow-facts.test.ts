import type { ColumnFlow } from '@snowfence/core'
import { describe, expect, it, test } from 'vitest'
import { openSampleAnalysis, tableOf } from '../testing/sample-analysis.ts'

const analyze = await openSampleAnalysis({
  T: tableOf(
    'ID NUMBER(10,0)',
    'COST NUMBER(12,2)',
    'AT TIMESTAMP_NTZ',
    'LEFT_AT TIMESTAMP_NTZ',
    'SEEN TIMESTAMP_LTZ',
  ),
  U: tableOf('ID NUMBER(10,0)', 'N NUMBER(10,0)'),
})

/** How a column of T reaches the first output. */
const flowOf = (expression: string, column: string, from = 'from t'): ColumnFlow | undefined =>
  analyze(`select ${expression} as z ${from}`).outputs[0]?.flows.find(
    (flow) => flow.column === `C.P.T.${column}`,
  )

describe('the functions that take the stored value', () => {
  it('are told apart from those that come after', () => {
    expect(flowOf('min(year(at)) + 1', 'AT')?.first).toEqual(['YEAR'])
    expect(flowOf('count(distinct year(at))', 'AT')?.first).toEqual(['YEAR'])
    expect(flowOf('iff(year(at) = 2025, month(at), 0)', 'AT')?.first).toEqual(['MONTH', 'YEAR'])
  })

  it('are any of them where the value itself is on one of the paths, or where a conversion came before', () => {
    expect(flowOf('iff(year(at) = 2025, at, null)', 'AT')?.first).toEqual(['IFF', 'YEAR'])
    expect(flowOf("year(dateadd('day', 300, at))", 'AT')?.first).toEqual(['DATEADD'])
    expect(flowOf('year(at::date) + 1', 'AT')?.first).toEqual(['CAST'])
  })

  it('depend on the time zone of the session where a moment has a zone', () => {
    expect(flowOf('year(seen) + 1', 'SEEN')?.first).toEqual(['TIMEZONE', 'YEAR'])
  })
})

describe('the functions up to the last aggregate', () => {
  it('are told apart from those over whole groups', () => {
    expect(flowOf('round(sum(cost) / count(*), 2)', 'COST')?.folded).toEqual(['SUM'])
    expect(flowOf('sum(cost * id) / 2', 'COST')?.folded).toEqual(['*', 'SUM'])
    expect(flowOf('sum(sum(cost)) over ()', 'COST', 'from t group by id')?.folded).toEqual(['SUM'])
  })

  it('are all of them where a row stands beside its group, under a window, and after another aggregate', () => {
    expect(flowOf('cost / sum(cost)', 'COST', 'from t group by cost')?.folded).toBeUndefined()
    expect(flowOf('sum(cost) over () / 2', 'COST')?.folded).toBeUndefined()
    const again = flowOf(
      'sum(c * floor(1 / (1 + abs(i - 5)))) + 1',
      'COST',
      'from (select id as i, sum(cost) as c from t group by id)',
    )
    expect(again?.folded).toEqual(['*', 'SUM'])
  })
})

describe('a count', () => {
  it('of what is NULL where a stored value is tells only how many of these there are', () => {
    for (const counted of [
      'year(at)',
      "datediff('year', at, current_date())",
      "datediff('day', at, left_at)",
      'cost + 1',
    ])
      expect(flowOf(`count(${counted})`, counted === 'cost + 1' ? 'COST' : 'AT')?.via, counted).toBe('count')
  })

  it('of what is NULL for some values tells which these are', () => {
    for (const counted of ['nullif(cost, 5)', 'iff(cost = 5, 1, null)', 'cost + nullif(cost, 5)', 'cost + ?'])
      expect(flowOf(`count(${counted})`, 'COST')?.via, counted).toBe('derived')
  })
})

test('days between two dates of one table have a name of their own, any other difference has not', () => {
  const functionsOf = (expression: string, from?: string) => flowOf(expression, 'AT', from)?.functions
  expect(functionsOf("datediff('day', at, left_at)")).toEqual(['STAY'])
  for (const expression of [
    "datediff('hour', at, left_at)",
    "datediff('day', at, '2025-01-01'::timestamp_ntz)",
    "datediff('day', at, at)",
    "datediff('day', lag(at) over (partition by id order by id), left_at)",
    "datediff('day', at, dateadd('day', 1, left_at))",
  ])
    expect(functionsOf(expression), expression).toContain('DATEDIFF')
})

test('a division fails by a number of different values, and says of which', () => {
  const { observations } = analyze('select id, sum(cost) / count(distinct cost) as z from t group by id')
  expect(observations.filter(({ kind }) => kind === 'fail')).toMatchObject([
    { column: 'C.P.T.COST', by: '/', dividesBy: ['C.P.T.COST'] },
  ])
  const other = analyze('select id, sum(cost) / (count(distinct cost) - 1) as z from t group by id')
  expect(other.observations.every(({ dividesBy }) => dividesBy === undefined)).toBe(true)
})

test('inner joins by a name make one column, whose different values HAVING counts', () => {
  const having = 'having count(distinct id) >= 11'
  const { aggregation } = analyze(`select sum(cost) as z from t join u using (id) group by n ${having}`)
  expect(aggregation?.distinct).toEqual([{ column: 'C.P.T.ID', least: 11 }])
  for (const sql of [
    `select sum(cost) as z from t left join u using (id) group by n ${having}`,
    `select sum(cost) as z, 5 as id from t join u using (id) group by n ${having}`,
  ])
    expect(analyze(sql).aggregation?.distinct, sql).toBeUndefined()
})
