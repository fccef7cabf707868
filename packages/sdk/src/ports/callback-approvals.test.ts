import type { ApprovalAsk, Lease } from '@snowfence/core'
import { expect, test } from 'vitest'
import { type AskPerson, createCallbackApprovals } from './callback-approvals.ts'

const requirement: ApprovalAsk['requirement'] = {
  rule: 'notes',
  approverGroups: ['privacy-office'],
  quorum: 1,
  deadlineSeconds: 900,
  validForSeconds: 600,
  kind: 'one-time',
  role: null,
  breakGlass: false,
}

const answerOf = async (ask: AskPerson, change: Partial<ApprovalAsk['requirement']> = {}) => {
  const gate = createCallbackApprovals(ask)
  const ticket = await gate.request(
    {
      statement: { sqlText: 'select 1', binds: null, warehouse: null, database: null, schema: null },
      digest: 'sha256:0',
      reason: null,
      isAttended: true,
      requirement: { ...requirement, ...change },
    },
    new AbortController().signal,
  )
  return await ticket.wait(new AbortController().signal)
}

const yes =
  (approver: string | string[], lease?: Lease): AskPerson =>
  async () => ({ approved: true, approver, ...(lease === undefined ? {} : { lease }) })

const leaseOf = (role: string): Lease => ({
  id: 'lease-1',
  kind: 'oauth',
  token: 'token',
  user: 'AGENT',
  role,
  warehouse: null,
  expiresAt: '2027-01-01T00:00:00.000Z',
})

test('the person is told what the policy asks for', async () => {
  let told: unknown
  await answerOf(
    async (ask) => {
      told = ask.requirement
      return { approved: false }
    },
    { breakGlass: true },
  )
  expect(told).toEqual({ ...requirement, breakGlass: true })
})

test('a quorum is of different people', async () => {
  expect((await answerOf(yes(['a', 'b']), { quorum: 2 })).state).toBe('approved')
  for (const people of ['a', ['a'], ['a', 'a']]) {
    expect(await answerOf(yes(people), { quorum: 2 })).toMatchObject({
      state: 'rejected',
      comment: 'the policy asks for 2 people, and 1 approved',
    })
  }
})

test('an approval for a role needs a lease of that role', async () => {
  expect((await answerOf(yes('a', leaseOf('NOTES')), { role: 'NOTES' })).state).toBe('approved')
  expect((await answerOf(yes('a', leaseOf('OTHER')), { role: 'NOTES' })).state).toBe('rejected')
  expect((await answerOf(yes('a'), { role: 'NOTES' })).state).toBe('rejected')
})

test('an answer after the deadline is none', async () => {
  const never: AskPerson = (_ask, signal) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  expect((await answerOf(never, { deadlineSeconds: 0.01 })).state).toBe('expired')
})
