import { describe, expect, it } from 'vitest'
import { openSampleAnalysis, tableOf } from '../testing/sample-analysis.ts'

const analyze = await openSampleAnalysis({
  T: tableOf('ID NUMBER(38,0)', 'COST NUMBER(12,2)', 'AT TIMESTAMP_NTZ'),
})

const aggregationOf = (rest: string) => analyze(`select avg(cost) as a from ${rest}`).aggregation

describe('what HAVING demands', () => {
  it('is so many values of a column where it counts them', () => {
    for (const having of ['count(cost) >= 11', '11 <= count(t.cost)', 'count(cost) between 11 and 20'])
      expect(aggregationOf(`t having ${having}`)?.counted, having).toEqual([
        { column: 'C.P.T.COST', least: 11 },
      ])
    expect(aggregationOf('t having count(distinct cost) >= 11')?.counted).toHaveLength(1)
    expect(aggregationOf('t having count(*) >= 11')?.counted).toBeUndefined()
    expect(aggregationOf('t having count(cost + 1) >= 11')?.counted).toBeUndefined()
    expect(aggregationOf('t, (values (1), (2)) as u having count(cost) >= 11')?.counted).toBeUndefined()
  })
})

describe('a condition asks for the presence of a column', () => {
  it('where rows without a value may pass', () => {
    for (const condition of [
      'cost is null or id = 5',
      'not (cost is not null)',
      'cost is not null or id = 5',
      'iff(cost is null, true, id = 5)',
      '(cost is null) = (id <> 5)',
    ])
      expect(aggregationOf(`t where ${condition}`)?.byPresence, condition).toEqual(['C.P.T.COST'])
    expect(aggregationOf('t group by cost is null')?.byPresence).toEqual(['C.P.T.COST'])
    expect(aggregationOf('(select * from t where cost is null)')?.byPresence).toEqual(['C.P.T.COST'])
  })

  it('and not where every row that is left has one', () => {
    for (const condition of [
      'cost is not null',
      '(cost is not null) and id = 5',
      't.cost is not null and (cost is null or id = 5)',
    ])
      expect(aggregationOf(`t where ${condition}`)?.byPresence, condition).toEqual([])
    expect(aggregationOf('t where cost > 5')?.byPresence).toBeUndefined()
  })
})
