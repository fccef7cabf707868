import { describe, expect, it } from 'vitest'
import { NOTES, PATIENTS, policyWith, readAll } from '../fixtures/policies.ts'
import { flow, output, request, statement } from '../fixtures/statements.ts'
import { evaluate } from './evaluate.ts'

const notes = statement({ outputs: [output(flow(`${NOTES}.TEXT`))] })
const ask = (id: string, approval: string, resources = NOTES) =>
  `  - { id: ${id}, effect: permit, actions: [select], resources: [${resources}], reveal: [note], ${approval} }\n`
const privacy =
  'approval: { approvers: { groups: [privacy, records] }, quorum: 1, deadline: 15m, validFor: 10m, kind: time-boxed, role: READER }'

describe('limits', () => {
  it('add up to the least of each', () => {
    const policy = policyWith(`
  - { id: a, effect: permit, actions: [select], resources: [CLINIC.*], limits: { rows: 100, statementsPerHour: 5 } }
  - { id: b, effect: permit, actions: [select], resources: [${NOTES}], limits: { rows: 10, minimumGroupSize: 20 } }`)
    expect(evaluate(policy, request(notes)).limits).toEqual({
      rows: 10,
      statementsPerHour: 5,
      minimumGroupSize: 20,
    })
    const sex = statement({ outputs: [output(flow(`${PATIENTS}.SEX`))] })
    expect(evaluate(policy, request(sex)).limits).toEqual({ rows: 100, statementsPerHour: 5 })
  })
})

describe('approvals', () => {
  it('are asked for as soon as one permit asks, whatever else permits it', () => {
    const decision = evaluate(policyWith(`${readAll}${ask('notes', privacy)}`), request(notes))
    expect(decision).toMatchObject({
      decision: 'needs-approval',
      rules: ['notes', 'read-all'],
      reasons: [{ code: 'needs-approval' }],
      columns: [{ mask: null }],
      approval: {
        rule: 'notes',
        approverGroups: ['privacy', 'records'],
        quorum: 1,
        deadlineSeconds: 900,
        validForSeconds: 600,
        kind: 'time-boxed',
        role: 'READER',
        breakGlass: false,
      },
    })
  })

  it('are named with what would pass without one', () => {
    const both = statement({ outputs: [output(flow(`${NOTES}.ID`)), output(flow(`${PATIENTS}.SEX`))] })
    const decision = evaluate(policyWith(`${readAll}${ask('notes', privacy)}`), request(both))
    expect(decision.wouldPass).toEqual([
      expect.objectContaining({ kind: 'drop-table', tables: [NOTES], leadsTo: 'allow' }),
    ])
  })

  it('combine to the most demanding, by approvers whom every rule accepts', () => {
    const records =
      'approval: { approvers: { groups: [records, audit] }, quorum: 2, deadline: 5m, validFor: 20m }'
    const decision = evaluate(policyWith(`${ask('a', privacy)}${ask('b', records)}`), request(notes))
    expect(decision.approval).toEqual({
      rule: 'a, b',
      approverGroups: ['records'],
      quorum: 2,
      deadlineSeconds: 300,
      validForSeconds: 600,
      kind: 'one-time',
      role: 'READER',
      breakGlass: false,
    })
  })

  it('deny where no one request could satisfy them', () => {
    const others = [
      'approval: { approvers: { groups: [audit] } }',
      'approval: { approvers: { groups: [privacy] }, role: OTHER }',
    ]
    for (const other of others) {
      const decision = evaluate(policyWith(`${ask('a', privacy)}${ask('b', other)}`), request(notes))
      expect(decision).toMatchObject({
        decision: 'deny',
        approval: null,
        reasons: [{ code: 'approvals-conflict' }],
      })
    }
  })

  it('of break-glass are granted at once and reviewed, and never lift the approval of another rule', () => {
    const glass = 'breakGlass: { reviewers: { groups: [privacy] }, reviewWithin: 24h }'
    const alone = evaluate(policyWith(ask('glass', glass)), request(notes))
    expect(alone).toMatchObject({
      decision: 'needs-approval',
      reasons: [{ code: 'needs-break-glass' }],
      approval: { breakGlass: true, deadlineSeconds: 86_400, approverGroups: ['privacy'] },
    })
    const both = evaluate(policyWith(`${ask('glass', glass)}${ask('a', privacy)}`), request(notes))
    expect(both).toMatchObject({
      reasons: [{ code: 'needs-approval' }],
      approval: { breakGlass: false, deadlineSeconds: 900 },
    })
  })

  it('speak in the words of the operator', () => {
    const policy = policyWith(ask('a', `${privacy}, message: notes are for the care team`))
    expect(evaluate(policy, request(notes)).reasons[0]?.message).toBe('notes are for the care team')
  })
})
