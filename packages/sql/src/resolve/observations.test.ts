import type { Observation, UsePlace } from '@snowfence/core'
import { describe, expect, it } from 'vitest'
import { openSampleAnalysis, tableOf } from '../testing/sample-analysis.ts'

const analyze = await openSampleAnalysis({
  T: tableOf(
    'ID NUMBER(38,0)',
    'COST NUMBER(12,2)',
    'AT TIMESTAMP_NTZ',
    'BORN DATE',
    'ZIP VARCHAR',
    'OK BOOLEAN',
  ),
  U: tableOf(
    'ID NUMBER(10,0)',
    'COST NUMBER(38,4)',
    'AT TIMESTAMP_NTZ',
    'BORN DATE',
    'ZIP VARCHAR',
    'OK BOOLEAN',
  ),
})

/** What a clause of a statement looks at in a column of T. */
const kindsOf = (sql: string, place: UsePlace, column: string): readonly Observation['kind'][] => {
  return analyze(sql)
    .observations.filter((known) => known.place === place && known.column === `C.P.T.${column}`)
    .map(({ kind }) => kind)
}

describe('a clause looks', () => {
  it('at which values are equal where different values stay different', () => {
    for (const grouped of [
      'cost',
      'cost::number(14,2)',
      'cost::number(14,4)',
      'cost::varchar',
      'id::varchar',
    ])
      expect(
        kindsOf(`select 1 as n from t group by ${grouped}`, 'group', grouped.split(':')[0]!.toUpperCase()),
      ).toEqual(['equality'])
    for (const on of ['t.id = u.id', 't.cost = u.cost', 't.born = u.at', 't.zip = u.zip', 't.ok = u.ok']) {
      const column = on.slice(2, on.indexOf(' ')).toUpperCase()
      expect(kindsOf(`select 1 as n from t join u on ${on}`, 'join', column), on).toEqual(['equality'])
    }
    expect(kindsOf('select 1 as n from t where zip = ?', 'filter', 'ZIP')).toContain('equality')
  })

  it('at more where a conversion makes different values equal', () => {
    for (const grouped of [
      'cost::number(14,1)',
      'cost::boolean',
      'at::date',
      'at::timestamp_ntz(0)',
      'born::varchar',
    ]) {
      const column = grouped.split(':')[0]!.toUpperCase()
      expect(kindsOf(`select 1 as n from t group by ${grouped}`, 'group', column), grouped).toContain('part')
    }
    expect(kindsOf('select 1 as n from t join u on t.at::date = u.born', 'join', 'AT')).toEqual(['part'])
    expect(kindsOf('select 1 as n from t join u on t.cost = u.ok', 'join', 'COST')).toEqual(['part'])
    expect(kindsOf('select 1 as n from t group by ok or cost', 'group', 'COST')).toEqual(['part'])
    expect(kindsOf('select 1 as n from t group by not cost', 'group', 'COST')).toEqual(['part'])
    expect(kindsOf('select 1 as n from t where cost', 'filter', 'COST')).toEqual(['part'])
    expect(kindsOf('select cost from t union select ok from u', 'group', 'COST')).toEqual(['part'])
  })

  it('at a computation where it compares values that a conversion made equal', () => {
    const viaOf = (expression: string) =>
      analyze(`select ${expression} as n from t`).outputs[0]?.flows[0]?.via
    expect(viaOf('count(distinct at)')).toBe('distinct')
    expect(viaOf('count(distinct born::timestamp_ntz)')).toBe('distinct')
    expect(viaOf('mode(at)')).toBe('value')
    expect(viaOf('max(at::date)')).toBe('value')
    for (const expression of [
      'count(distinct at::date)',
      'count(distinct to_date(at))',
      'hll(at::date)',
      'mode(at::date)',
      'mode(date(at))',
    ])
      expect(viaOf(expression), expression).toBe('derived')
  })

  it('at more where a collation makes different texts equal', () => {
    const viaOf = (expression: string) =>
      analyze(`select ${expression} as n from t`).outputs[0]?.flows[0]?.via
    expect(viaOf("zip collate 'en-ci'")).toBe('value')
    for (const expression of ['count(distinct $)', 'hll($)', 'mode($)', 'min($)', 'max($)']) {
      expect(viaOf(expression.replace('$', "zip collate 'en-ci'")), expression).toBe('derived')
      expect(viaOf(expression.replace('$', 'zip')), expression).not.toBe('derived')
    }
    expect(kindsOf("select 1 as n from t group by zip collate 'en-ci'", 'group', 'ZIP')).toEqual(['part'])
  })

  it('at how far values lie apart where a frame holds those within a distance', () => {
    const framed = (frame: string) =>
      kindsOf(`select count(*) over (order by cost ${frame}) as n from t`, 'window', 'COST')
    for (const frame of [
      '',
      'rows between 2 preceding and current row',
      'range between unbounded preceding and current row',
      'range between current row and unbounded following',
    ])
      expect(framed(frame), frame).toEqual(['order'])
    for (const frame of [
      'range between 5 preceding and current row',
      'range between unbounded preceding and 5 following',
      'range between 5 preceding and 5 following',
      'groups between 5 preceding and 5 following',
      'range 5 preceding',
    ])
      expect(framed(frame), frame).toEqual(['part'])
  })

  it('at their order where they stay in order, and at more where ties or another order show', () => {
    for (const ordered of ['cost', 'cost::number(14,4)', 'greatest(cost, id)', 'born::timestamp_ntz']) {
      const column = ordered.includes('born') ? 'BORN' : 'COST'
      expect(kindsOf(`select 1 as n from t order by ${ordered}`, 'order', column), ordered).toEqual(['order'])
    }
    for (const ordered of [
      'cost::varchar',
      'cost::number(14,0)',
      '(id = 7) or cost',
      'year(at)',
      'at::date',
      "date_trunc('month', at)",
    ]) {
      const column = ordered.includes('at') && !ordered.includes('cost') ? 'AT' : 'COST'
      expect(kindsOf(`select 1 as n from t order by ${ordered}`, 'order', column), ordered).toContain('part')
    }
  })
})

it('a digest of a size that there is none of fails', () => {
  const failsOf = (expression: string) =>
    analyze(`select ${expression} as n from t`).observations.filter(({ kind }) => kind === 'fail').length
  expect(failsOf('sha2(zip)')).toBe(0)
  expect(failsOf('sha2(zip, 512)')).toBe(0)
  expect(failsOf('sha2(zip, 1)')).toBe(1)
})
