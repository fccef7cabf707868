import type { Approval } from '@snowfence/core'
import pc from 'picocolors'
import { expect, test } from 'vitest'
import { renderApproval } from './render-approval.ts'
import { renderTable } from './render-table.ts'

const colour = pc.createColors(false)

const approval = (changes: Partial<Approval>): Approval => ({
  id: 'apr_1',
  state: 'pending',
  digest: 'sha256:0',
  requirement: {
    rule: 'notes',
    approverGroups: ['privacy-office'],
    quorum: 1,
    deadlineSeconds: 900,
    validForSeconds: 600,
    kind: 'one-time',
    role: null,
    breakGlass: false,
  },
  requester: { issuer: 'https://issuer.test', subject: 'readmissions-bot' },
  agent: { id: 'readmissions-bot', task: null },
  purpose: 'HOPERAT',
  reason: null,
  text: 'select ?',
  statement: null,
  display: null,
  reads: [],
  classifiedColumns: [],
  decisions: [],
  createdAt: '2026-11-23T12:00:00.000Z',
  deadlineAt: '2026-11-23T12:15:00.000Z',
  validUntil: null,
  declared: ['agent.id', 'agent.task', 'purpose', 'reason', 'decisions.comment'],
  ...changes,
})

test('the statement is printed in the form for the eyes, and what is hidden in it is named', () => {
  const printed = renderApproval(
    approval({
      display: { sqlText: "select '⟨U+202E⟩'", binds: '["⟨U+200B⟩"]', unseen: ['U+202E', 'U+200B'] },
    }),
    colour,
  )
  expect(printed).toContain("select '⟨U+202E⟩'")
  expect(printed).toContain('holds characters that are not seen: U+202E, U+200B')
})

test('nothing that an agent wrote drives the terminal or looks like a line of ours', () => {
  const forged = '\u001B[2J\u202Ereport\rfine\n  decide by   2099-01-01'
  const printed = renderApproval(
    approval({
      reason: forged,
      purpose: forged,
      agent: { id: forged, task: forged },
      requester: { issuer: 'x', subject: forged },
      text: forged,
      reads: [forged],
      classifiedColumns: [forged],
    }),
    colour,
  )
  expect(printed).not.toMatch(/\p{Cf}|(?!\n)\p{Cc}/u)
  expect(printed.split('\n').filter((line) => /^ {2}decide by/.test(line))).toHaveLength(1)
})

test('neither does a value or the name of a column in a table of rows', () => {
  const printed = renderTable([{ name: 'a\u001B[2J\u202E' }], [['x\u202Ey\u009B31m\nz']], colour)
  expect(printed).not.toMatch(/\p{Cf}|(?!\n)\p{Cc}/u)
  expect(printed).toContain('x⟨U+202E⟩y⟨U+009B⟩31m z')
})

test('what the agent says about itself is marked as declared', () => {
  const printed = renderApproval(
    approval({ agent: { id: 'readmissions-bot', task: 'weekly report' }, reason: 'as asked' }),
    colour,
  )
  for (const text of ['readmissions-bot', 'weekly report', 'as asked'])
    expect(printed).toContain(`${text} (declared)`)
})
