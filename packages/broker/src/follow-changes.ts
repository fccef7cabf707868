import { isSnowfenceError } from '@snowfence/core'
import type { FastifyBaseLogger } from 'fastify'
import {
  endApprovalsOfOtherPolicies,
  endOverdueApprovals,
  endUnattendedApprovals,
} from './approvals/end-approvals.ts'
import { recordPolicy } from './policy/record-policy.ts'
import type { Services } from './services.ts'
import { findRevoked } from './sessions/session-store.ts'
import { startWatch } from './watch.ts'

/** Within this time a change is noticed: of the policy's file, on another replica, or by a deadline that passed. */
const PAUSE_MS = 300
/** Absence is a matter of ten seconds. */
const ATTENDANCE_PAUSE_MS = 1_000

/**
 * Puts the policy's file in force if it has changed: its record first, then everything that hangs on it.
 *
 * @throws SnowfenceError `ERR_POLICY_INVALID`; the former policy stays in force.
 */
export const followPolicy = async ({ context, signals, policy }: Services): Promise<void> => {
  const next = await policy.readNext()
  if (next === null) return
  await recordPolicy(context.trail, next)
  policy.adopt(next)
  await endApprovalsOfOtherPolicies(context)
  signals.tellAll({ type: 'policy.changed', policy: { jws: next.jws }, tokenKey: next.tokenKey })
}

/** Tells this replica's streams of sessions that another replica revoked. */
const followRevocations = async ({ database, signals }: Services): Promise<void> => {
  const { listening } = signals
  if (listening.length === 0 || database.exclusive) return
  for (const { id, end_reason } of await findRevoked(database.tables, listening)) {
    signals.tell(id, { type: 'session.revoked', reason: end_reason ?? '' })
  }
}

/** Follows what changes without a request. Gives the function that stops it. */
export const followChanges = (services: Services, log: FastifyBaseLogger): (() => Promise<void>) => {
  const reportFailure = (task: string, error: unknown): void =>
    log.error({ task, code: isSnowfenceError(error) ? error.code : undefined }, 'a watch failed')
  const tasks = {
    policy: () => followPolicy(services),
    revocations: () => followRevocations(services),
    statements: () => services.statements.exchange(),
    approvals: () => endOverdueApprovals(services.context),
  }
  const watches = Object.entries(tasks).map(([task, run]) =>
    startWatch(run, PAUSE_MS, (error) => reportFailure(task, error)),
  )
  watches.push(
    startWatch(
      () => endUnattendedApprovals(services.context, services.database.exclusive),
      ATTENDANCE_PAUSE_MS,
      (error) => reportFailure('attendance', error),
    ),
  )
  return async () => {
    await Promise.all(watches.map((each) => each.stop()))
  }
}
