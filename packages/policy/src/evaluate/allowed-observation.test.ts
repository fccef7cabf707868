import type { Observation } from '@snowfence/core'
import { describe, expect, it } from 'vitest'
import { parsePolicy } from '../check/check-policy.ts'
import { flow, observe, output, request, statement } from '../fixtures/statements.ts'
import { evaluate } from './evaluate.ts'

const policy = parsePolicy(`
version: 1
classes:
  chart: { mask: withhold, uses: [{ filter: equality }] }
  name: { mask: withhold, uses: [{ filter: equality }] }
  known: { mask: withhold, uses: [filter] }
  key: { mask: token, uses: [join] }
  other-key: { mask: token, uses: [join] }
  total: { mask: withhold, uses: [{ having: equality }] }
resources:
  - table: C.P.A
    columns: { ID: clear, CHART: chart, NAME: name, KNOWN: known, KEY: key, OTHER: other-key, TOTAL: total }
  - table: C.P.B
    columns: { ID: clear, CHART: chart, KEY: key, TOTAL: total }
rules:
  - { id: all, effect: permit, actions: [select], resources: [C.P.*] }
`)

/** Whether a statement may look at a column in a clause beside what it meets there. */
const allows = (column: string, place: Observation['place'], met: Partial<Observation>) => {
  const observation = { ...observe(`C.P.A.${column}`, 'equality', place), ...met }
  const summary = statement({ outputs: [output(flow('C.P.A.ID'))], observations: [observation] })
  return evaluate(policy, request(summary)).decision === 'allow'
}

describe('a comparison', () => {
  it('with a few constants is released by a filter that is limited to equality, with a dictionary it is not', () => {
    expect(allows('CHART', 'filter', { chosen: true })).toBe(true)
    expect(allows('CHART', 'filter', { chosen: true, many: true })).toBe(false)
    expect(allows('CHART', 'filter', { against: ['C.P.A.ID'] })).toBe(false)
    expect(allows('TOTAL', 'having', { chosen: true })).toBe(true)
    expect(allows('TOTAL', 'having', { chosen: true, many: true })).toBe(false)
    expect(allows('TOTAL', 'having', { against: ['C.P.A.ID'] })).toBe(false)
  })

  it('with cells of the same class is released, with cells of another class only by a filter without a limit', () => {
    expect(allows('CHART', 'filter', { against: ['C.P.B.CHART'] })).toBe(true)
    expect(allows('CHART', 'filter', { against: ['C.P.A.NAME'] })).toBe(false)
    expect(allows('CHART', 'filter', { against: ['C.P.A.KNOWN'] })).toBe(false)
    expect(allows('KNOWN', 'filter', { against: ['C.P.A.CHART'] })).toBe(true)
    expect(allows('KEY', 'join', { against: ['C.P.B.KEY'] })).toBe(true)
    expect(allows('KEY', 'join', { against: ['C.P.A.OTHER'] })).toBe(false)
    expect(allows('TOTAL', 'having', { against: ['C.P.B.TOTAL'] })).toBe(true)
    expect(allows('TOTAL', 'having', { against: ['C.P.A.CHART'] })).toBe(false)
  })
})
