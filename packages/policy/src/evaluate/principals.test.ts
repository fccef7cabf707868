import { describe, expect, it } from 'vitest'
import { PATIENTS, policyWith, readAll } from '../fixtures/policies.ts'
import { flow, output, principal, request, statement } from '../fixtures/statements.ts'
import { evaluate } from './evaluate.ts'

const sex = statement({ outputs: [output(flow(`${PATIENTS}.SEX`))] })
const permitFor = (condition: string) =>
  policyWith(`  - { id: p, effect: permit, actions: [select], resources: [CLINIC.*], ${condition} }`)
const forbidFor = (condition: string) =>
  policyWith(
    `${readAll}  - { id: f, effect: forbid, actions: [select], resources: [CLINIC.*], ${condition} }`,
  )
const decides = (policy: ReturnType<typeof policyWith>, given: Parameters<typeof request>[1]) =>
  evaluate(policy, request(sex, given)).decision

describe('whom a rule speaks of', () => {
  it('is by group, subject, issuer, agent or claim, any of each', () => {
    const who = principal({ claims: { department: ['cardiology', 'icu'], level: 3 } })
    for (const [condition, expected] of [
      ['{ groups: [interns, agents] }', 'allow'],
      ['{ groups: [interns] }', 'deny'],
      ['{ subjects: [agent-1] }', 'allow'],
      ['{ subjects: [agent-*] }', 'deny'],
      ["{ issuers: ['https://issuer.test'] }", 'allow'],
      ["{ issuers: ['https://other.test'] }", 'deny'],
      ['{ agents: [b*] }', 'allow'],
      ['{ agents: [c*] }', 'deny'],
      ['{ claims: { department: [icu] } }', 'allow'],
      ['{ claims: { level: [3] } }', 'allow'],
      ["{ claims: { level: ['3'] } }", 'deny'],
      ['{ claims: { missing: [x] } }', 'deny'],
      ['{ claims: { toString: [x] } }', 'deny'],
    ] as const) {
      expect(decides(permitFor(`principals: ${condition}`), { principal: who }), condition).toBe(expected)
    }
  })

  it('must fit in every member that is written', () => {
    const policy = permitFor('principals: { groups: [agents], subjects: [agent-2] }')
    expect(decides(policy, {})).toBe('deny')
    expect(decides(policy, { principal: principal({ subject: 'agent-2' }) })).toBe('allow')
  })

  it('is by purpose, exactly as written', () => {
    const policy = permitFor('purposes: [TREAT]')
    expect(decides(policy, { purpose: 'TREAT' })).toBe('allow')
    expect(decides(policy, { purpose: 'treat' })).toBe('deny')
  })

  it('is by the time of day, and a remembered decision ends with its window', () => {
    const policy = permitFor("times: [{ from: '08:00', to: '18:00', zone: UTC }]")
    expect(decides(policy, { now: new Date('2026-11-23T17:59:59Z') })).toBe('allow')
    expect(decides(policy, { now: new Date('2026-11-23T18:00:00Z') })).toBe('deny')
  })

  it('is by dates, from the first moment to before the last', () => {
    const policy = permitFor('validFrom: 2026-11-01, validUntil: 2026-12-01')
    expect(decides(policy, { now: new Date('2026-10-31T23:59:59Z') })).toBe('deny')
    expect(decides(policy, { now: new Date('2026-11-01T00:00:00Z') })).toBe('allow')
    expect(decides(policy, { now: new Date('2026-12-01T00:00:00Z') })).toBe('deny')
  })

  it('denies when the present moment is unknown and a rule depends on it', () => {
    const policy = permitFor('validFrom: 2026-11-01')
    expect(decides(policy, { now: new Date(Number.NaN) })).toBe('deny')
  })
})

describe('a condition on the agent', () => {
  it('narrows a permit to agents that say so', () => {
    const policy = permitFor('when: { agent: { model: [good-*], stated: [task] } }')
    expect(decides(policy, { agent: { id: 'bot', model: 'good-2', task: 'report' } })).toBe('allow')
    expect(decides(policy, { agent: { id: 'bot', model: 'good-2' } })).toBe('deny')
    expect(decides(policy, { agent: { id: 'bot', model: 'bad-1', task: 'report' } })).toBe('deny')
    expect(decides(policy, { agent: { id: 'bot', task: 'report' } })).toBe('deny')
  })

  it('of a forbid holds against an agent that leaves the field out', () => {
    const policy = forbidFor('when: { agent: { model: [old-*] } }')
    expect(decides(policy, { agent: { id: 'bot', model: 'new-1' } })).toBe('allow')
    expect(decides(policy, { agent: { id: 'bot', model: 'old-1' } })).toBe('deny')
    expect(decides(policy, { agent: { id: 'bot' } })).toBe('deny')
  })
})
