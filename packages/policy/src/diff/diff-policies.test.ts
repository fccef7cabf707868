import { describe, expect, it } from 'vitest'
import { PATIENTS, policyWith, readAll, VISITS } from '../fixtures/policies.ts'
import { flow, output, request, statement } from '../fixtures/statements.ts'
import { diffPolicies } from './diff-policies.ts'

const before = policyWith(readAll)
const statements = [
  { id: 'sex', ...request(statement({ outputs: [output(flow(`${PATIENTS}.SEX`))] })) },
  { id: 'ssn', ...request(statement({ outputs: [output(flow(`${PATIENTS}.SSN`))] })) },
  { id: 'ward', ...request(statement({ outputs: [output(flow(`${VISITS}.WARD`))] })) },
]
const diff = (rules: string) =>
  diffPolicies(before, policyWith(rules), statements).map(({ id, direction, changes }) => ({
    id,
    direction,
    changes,
  }))

describe('diffPolicies', () => {
  it('names no statement when nothing changes', () => {
    expect(diff(readAll)).toEqual([])
  })

  it('names what is refused now', () => {
    const visits = `  - { id: no, effect: forbid, actions: [select], resources: [${VISITS}] }`
    expect(diff(`${readAll}${visits}`)).toEqual([
      {
        id: 'ward',
        direction: 'stricter',
        changes: [
          'decision: allow -> deny',
          'rules: ["read-all"] -> ["no"]',
          'reasons: [] -> ["forbidden-by-rule"]',
        ],
      },
    ])
  })

  it('names what shows more now', () => {
    const reveal = `  - { id: read-all, effect: permit, actions: [select], resources: [CLINIC.*], reveal: [ssn] }`
    expect(diff(reveal)).toEqual([
      { id: 'ssn', direction: 'looser', changes: ['SSN: partial(keepFirst 0, keepLast 4) -> clear'] },
    ])
  })

  it('names what shows less now, and limits that changed', () => {
    const tight = `  - { id: read-all, effect: permit, actions: [select], resources: [CLINIC.*], masks: { ssn: redact } }`
    expect(diff(tight).map(({ id, direction }) => `${id} ${direction}`)).toEqual(['ssn stricter'])
    const limited = `  - { id: read-all, effect: permit, actions: [select], resources: [CLINIC.*], limits: { rows: 1 } }`
    expect(diff(limited).map(({ id, direction }) => `${id} ${direction}`)).toEqual([
      'sex changed',
      'ssn changed',
      'ward changed',
    ])
  })
})
