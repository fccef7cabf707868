import { describe, expect, it } from 'vitest'
import { NOTES, PATIENTS, policyWith, readAll, VISITS } from '../fixtures/policies.ts'
import { flow, output, principal, request, statement } from '../fixtures/statements.ts'
import { evaluate } from './evaluate.ts'

const ssn = statement({ outputs: [output(flow(`${PATIENTS}.SSN`))] })

describe('evaluate', () => {
  it('remembers a decision and hands out the same, which nobody can change', () => {
    const policy = policyWith(readAll)
    const decision = evaluate(policy, request(ssn))
    expect(evaluate(policy, request(ssn))).toBe(decision)
    expect(() => Object.assign(decision, { decision: 'allow' })).toThrow(TypeError)
    expect(() => Object.assign(decision.columns[0]!, { mask: null })).toThrow(TypeError)
  })

  it('remembers by what the asker is, so one object that changes is another asker', () => {
    const policy = policyWith(
      '  - { id: p, effect: permit, principals: { groups: [agents] }, actions: [select], resources: [CLINIC.*] }',
    )
    const who = principal({ groups: ['agents'] })
    expect(evaluate(policy, request(ssn, { principal: who })).decision).toBe('allow')
    who.groups = []
    expect(evaluate(policy, request(ssn, { principal: who })).decision).toBe('deny')
  })

  it('never mixes up two policies', () => {
    const open = policyWith(readAll)
    const closed = policyWith('  []')
    expect(evaluate(open, request(ssn)).decision).toBe('allow')
    expect(evaluate(closed, request(ssn)).decision).toBe('deny')
    expect(evaluate(open, request(ssn)).decision).toBe('allow')
  })

  it('names a purpose that would pass, if a rule names it', () => {
    const policy = policyWith(
      '  - { id: p, effect: permit, purposes: [TREAT], actions: [select], resources: [CLINIC.*] }',
    )
    expect(evaluate(policy, request(ssn)).wouldPass).toEqual([
      { kind: 'use-purpose', purpose: 'TREAT', changes: null, leadsTo: 'allow' },
    ])
  })

  it('puts version and digest of the policy into every decision', () => {
    const policy = policyWith(readAll)
    expect(evaluate(policy, request(ssn)).policy).toEqual({ version: policy.version, digest: policy.digest })
    expect(policyWith(readAll, 'revision: r-7').version).toBe('r-7')
  })

  it('asks for a plan what it asks for the statement, which the structure of a table needs no permit for', () => {
    const policy = policyWith(`
  - { id: read, effect: permit, actions: [select], resources: [${PATIENTS}] }
  - { id: groups, effect: permit, actions: [select], resources: [${VISITS}], limits: { aggregateOnly: true } }
  - { id: look-around, effect: permit, actions: [metadata], resources: ["*"] }
`)
    const plan = (table: string) => {
      const reads = [{ table, columns: [] }]
      return evaluate(policy, request(statement({ kind: 'explain', effects: ['metadata'], reads }))).reasons
    }
    expect(plan(PATIENTS)).toEqual([])
    expect(plan(VISITS)).toMatchObject([{ code: 'group-too-small' }])
    expect(plan(NOTES)).toMatchObject([{ code: 'no-permit' }])
    expect(plan('CLINIC.INFORMATION_SCHEMA.TABLES')).not.toContainEqual(
      expect.objectContaining({ code: 'no-permit' }),
    )
  })
})
