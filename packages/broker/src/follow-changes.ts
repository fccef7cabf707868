import { isSnowfenceError } from '@snowfence/core'
import type { FastifyBaseLogger } from 'fastify'
import { endApprovalsOfOtherPolicies, endUnattendedApprovals } from './approvals/end-approvals.ts'
import type { Change } from './database/change-feed.ts'
import { recordPolicy } from './policy/record-policy.ts'
import type { Services } from './services.ts'
import { findEnded } from './sessions/session-store.ts'
import { startWatch } from './watch.ts'

/**
 * Within this time a change of the policy's file or a deadline that passed is noticed. Looking costs the database
 * nothing: a file's time is read, and a clock is compared.
 */
const PAUSE_MS = 250
/** Absence is a matter of ten seconds. */
const ATTENDANCE_PAUSE_MS = 1_000
const OPEN_STATEMENTS_PAUSE_MS = 2_000
/** Refused tokens of this time share a commit. */
const REFUSALS_PAUSE_MS = 1_000
/** What could not be read of other replicas' changes is tried again after this time. */
const UNREAD_PAUSE_MS = 500
/** Sessions in one question to the database. */
const MAX_ASKED = 1000

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

/** Tells this replica's streams of sessions that have ended, here or on another replica. */
const tellEnded = async (
  { database, declared, signals }: Services,
  ids: readonly string[],
): Promise<void> => {
  for (let start = 0; start < ids.length; start += MAX_ASKED) {
    for (const { id, kind, reason } of await findEnded(
      database.tables,
      declared,
      ids.slice(start, start + MAX_ASKED),
    )) {
      if (kind === 'revoked') signals.tell(id, { type: 'session.revoked', reason })
      else signals.end(id)
    }
  }
}

/** Passes on what other replicas change. Gives the function that stops it. */
const followReplicas = (services: Services, onError: (error: unknown) => void): (() => Promise<void>) => {
  const { context, database, signals } = services
  if (database.followChanges === null) return async () => undefined
  /** Sessions that changed, of which it is not known yet how. */
  const unread = new Set<string>()
  const read = async (): Promise<void> => {
    const ids = [...unread].filter((id) => signals.isListening(id))
    unread.clear()
    try {
      await tellEnded(services, ids)
    } catch (error) {
      for (const id of ids) unread.add(id)
      throw error
    }
  }
  const tell = (ids: readonly string[]): void => {
    for (const id of ids) unread.add(id)
    read().catch(onError)
  }
  // The database may tell of a revocation and fail to say more: the stream of the session waits for nothing else.
  const retries = startWatch(read, UNREAD_PAUSE_MS, onError)
  const stop = database.followChanges({
    onChange({ table, id }: Change) {
      if (table === 'approvals') context.signals.tell(id)
      else if (signals.isListening(id)) tell([id])
    },
    onGap() {
      context.signals.tellAll()
      tell(signals.listening)
    },
  })
  return async () => {
    await Promise.all([retries.stop(), stop()])
  }
}

/** Follows what changes without a request. Gives the function that stops it. */
export const followChanges = (services: Services, log: FastifyBaseLogger): (() => Promise<void>) => {
  const reportFailure = (task: string, error: unknown): void =>
    log.error({ task, code: isSnowfenceError(error) ? error.code : undefined }, 'a watch failed')
  const tasks = {
    policy: () => followPolicy(services),
    statements: () => services.statements.exchange(),
    approvals: () => services.openApprovals.look(),
  }
  const watches = Object.entries(tasks).map(([task, run]) =>
    startWatch(run, PAUSE_MS, (error) => reportFailure(task, error)),
  )
  watches.push(
    startWatch(
      () => endUnattendedApprovals(services.context),
      ATTENDANCE_PAUSE_MS,
      (error) => reportFailure('attendance', error),
    ),
    startWatch(
      () => services.refusedIdentities.flush(),
      REFUSALS_PAUSE_MS,
      (error) => reportFailure('refusals', error),
    ),
    startWatch(services.openStatements.look, OPEN_STATEMENTS_PAUSE_MS, (error) =>
      reportFailure('open statements', error),
    ),
  )
  const stopReplicas = followReplicas(services, (error) => reportFailure('replicas', error))
  return async () => {
    await Promise.all([stopReplicas(), ...watches.map((each) => each.stop())])
  }
}
