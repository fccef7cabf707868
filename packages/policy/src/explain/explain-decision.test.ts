import { describe, expect, it } from 'vitest'
import { evaluate } from '../evaluate/evaluate.ts'
import { NOTES, PATIENTS, policyWith, readAll } from '../fixtures/policies.ts'
import { flow, output, request, statement } from '../fixtures/statements.ts'
import { explainDecision } from './explain-decision.ts'
import { renderDecision } from './render-decision.ts'

const policy = policyWith(
  `${readAll}
  - id: notes
    effect: permit
    actions: [select]
    resources: [${NOTES}]
    reveal: [note]
    limits: { rows: 10 }
    approval: { approvers: { groups: [privacy] }, role: READER }
`,
  'revision: r-1',
)
const filtered = statement({
  outputs: [output(flow(`${PATIENTS}.NAME`))],
  uses: { filter: [`${PATIENTS}.SSN`] },
})
const notes = statement({ outputs: [output(flow(`${NOTES}.TEXT`)), output([], 'ONE')] })

describe('an explanation', () => {
  it('is data with decision, rules, columns, limits, approval and reasons', () => {
    const explained = JSON.parse(JSON.stringify(explainDecision(evaluate(policy, request(notes)))))
    expect(explained).toMatchObject({
      decision: 'needs-approval',
      rules: ['notes', 'read-all'],
      columns: [
        { name: 'TEXT', sources: [`${NOTES}.TEXT`], classes: ['note'], mask: null },
        { name: 'ONE', sources: [], classes: [], mask: null, because: 'holds no column of any table' },
      ],
      limits: { rows: 10 },
      approval: { rule: 'notes', approverGroups: ['privacy'], role: 'READER' },
      reasons: [{ code: 'needs-approval' }],
      wouldPass: [],
      profile: 'full',
      policy: { version: 'r-1' },
    })
  })

  it('reads as text what was refused, where, and what would pass', () => {
    expect(renderDecision(evaluate(policy, request(filtered)))).toBe(`denied by read-all (policy r-1)
because:
  ${PATIENTS}.SSN is masked and may not be used in the filter: ${PATIENTS}.SSN is of class ssn [use-not-allowed]
    its class allows these uses: join; choose the rows of ${PATIENTS} by ID, SEX instead; selecting it shows it masked, and whether there is a value is free: SSN IS NOT NULL, COUNT(SSN)
columns:
  NAME: token(session) (${PATIENTS}.NAME is of class name)
would pass:
  without ${PATIENTS}.SSN in filter; the answer is then about all rows that the other conditions leave, not only about those that were asked for
  without ${PATIENTS}.SSN; the answer is then a different one: nothing is shown, chosen or grouped by what is left out`)
  })

  it('reads as text who is asked, and what comes back', () => {
    expect(
      renderDecision(evaluate(policy, request(notes))),
    ).toBe(`needs the approval of a person by notes, read-all (policy r-1)
because:
  the rule notes asks for the approval of privacy [needs-approval]
    run it and wait for the decision, or leave out what needs approval
columns:
  TEXT: clear (${NOTES}.TEXT is of class note, which notes reveals)
  ONE: clear (holds no column of any table)
limits:
  10 rows in one result
approval:
  1 of privacy within 900 s, one-time, valid 600 s, runs as READER
de-identification met: full`)
  })
})
