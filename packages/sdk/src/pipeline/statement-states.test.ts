import type { Decision } from '@snowfence/core'
import { expect, test } from 'vitest'
import {
  type AuthorizedState,
  type Clearance,
  type ExecutableState,
  markAuthorized,
  releaseForExecution,
  spendExecutable,
} from './statement-states.ts'

const decision = (answer: Decision['decision']): Decision => ({
  decision: answer,
  rules: ['a-rule'],
  columns: [],
  limits: {},
  approval: null,
  reasons: [],
  wouldPass: [],
  subjects: [],
  profile: 'full',
  policy: { version: '1', digest: 'sha256:0' },
})

const state = (answer: Decision['decision']): AuthorizedState =>
  ({ stage: 'authorized', decision: decision(answer), approvalDigest: 'sha256:1' }) as AuthorizedState

const receipt = { receipt: null, digest: 'sha256:2' }
const clearance = (approvedDigest: string | null = null): Clearance =>
  ({
    trail: {},
    receipt,
    record: async () => receipt,
    recordDue: Promise.resolve(),
    approvedDigest,
  }) as Clearance

test('a statement that the authorize stage did not make is not released', () => {
  expect(() => releaseForExecution(state('allow'), clearance())).toThrow('not authorized')
})

test('a copy of an authorized statement is not authorized', () => {
  const genuine = markAuthorized(state('allow'))
  expect(() => releaseForExecution({ ...genuine }, clearance())).toThrow('not authorized')
})

test('a denied statement is not released', () => {
  expect(() => releaseForExecution(markAuthorized(state('deny')), clearance())).toThrow('denied')
})

test('a statement that needs an approval is released only for the digest that was approved', () => {
  expect(() => releaseForExecution(markAuthorized(state('needs-approval')), clearance())).toThrow('approved')
  expect(() => releaseForExecution(markAuthorized(state('needs-approval')), clearance('sha256:9'))).toThrow(
    'approved',
  )
  expect(releaseForExecution(markAuthorized(state('needs-approval')), clearance('sha256:1')).stage).toBe(
    'executable',
  )
})

test('a forged executable statement is refused at run time', () => {
  expect(() => spendExecutable({ stage: 'executable' } as ExecutableState)).toThrow('not executable')
})

test('an authorization is released once and an executable statement spent once', () => {
  const genuine = markAuthorized(state('allow'))
  const released = releaseForExecution(genuine, clearance())
  expect(() => releaseForExecution(genuine, clearance())).toThrow('not authorized')
  expect(() => spendExecutable({ ...released })).toThrow('not executable')
  expect(spendExecutable(released)).toBe(released)
  expect(() => spendExecutable(released)).toThrow('not executable')
})

test.each([
  ['a read', 'allow', ['select'], true],
  ['a read that needs a person', 'needs-approval', ['select'], false],
  ['a write', 'allow', ['select', 'insert'], false],
  ['a call', 'allow', ['call'], false],
  ['a change of the session', 'allow', ['session'], false],
] as const)('%s without a receipt', (_what, answer, effects, isReleased) => {
  const summary = { status: 'analyzed', effects } as unknown as AuthorizedState['summary']
  const release = () =>
    releaseForExecution(markAuthorized({ ...state(answer), summary }), {
      ...clearance('sha256:1'),
      receipt: null,
    })
  if (isReleased) expect(release().stage).toBe('executable')
  else expect(release).toThrow('durable')
})
