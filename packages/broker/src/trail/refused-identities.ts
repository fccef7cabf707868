import type { ErrorCode } from '@snowfence/core'
import type { Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'
import type { RefusalReason, RefusedToken } from '../identity/refused-token.ts'
import { findSessionsByToken, type SessionOfToken } from '../sessions/session-store.ts'
import type { BrokerEvent } from './broker-event.ts'
import type { Trail } from './trail.ts'

/** One request whose token was refused. */
export interface Refusal {
  readonly code: ErrorCode
  readonly token: RefusedToken
  /** Where it came from; an IPv6 address by its /64 network. */
  readonly address: string
  /** The route, as it is declared. */
  readonly route: string
}

/** Records refused tokens in the trail, without letting anybody fill it. */
export interface RefusedIdentities {
  /** Counts a refusal. Returns at once: its record is written later, together with others. */
  note(refusal: Refusal): void
  /** Writes what is due. `all` also writes the count of refusals whose minute has not ended. */
  flush(all?: boolean): Promise<void>
}

export interface RefusedIdentitiesOptions {
  readonly trail: Pick<Trail, 'transact'>
  readonly database: Kysely<Tables>
  /** Milliseconds of a clock that is never set. */
  readonly now?: () => number
}

const MINUTE_MS = 60_000
/** Records of single refusals in a minute: in all, and of one address. Further ones are counted. */
const MOST_RECORDS = 30
const MOST_OF_ADDRESS = 5
/** Addresses that are counted by themselves in a minute. */
const MOST_ADDRESSES = 256

interface Pending extends Refusal {
  count: number
}

interface Minute {
  readonly startedAt: number
  records: number
  readonly recordsOf: Map<string, number>
  /** Refusals without a record of their own, by address as far as there is room. */
  uncounted: number
  readonly uncountedOf: Map<string, number>
}

const startMinute = (startedAt: number): Minute => ({
  startedAt,
  records: 0,
  recordsOf: new Map(),
  uncounted: 0,
  uncountedOf: new Map(),
})

const reasons: Readonly<Record<'closed' | 'revoked', RefusalReason>> = {
  closed: 'session-closed',
  revoked: 'session-revoked',
}

/** What became of the session of a token: the token itself may be of a session that was never there. */
const reasonOf = ({ token }: Refusal, session: SessionOfToken | undefined): RefusalReason => {
  if (session === undefined || token.reason !== 'session-unknown') return token.reason
  return session.endKind === null ? 'session-expired' : reasons[session.endKind]
}

const principalOf = ({ token }: Refusal, session: SessionOfToken | undefined): BrokerEvent['principal'] => {
  if (session !== undefined) return session.principal
  return token.issuer === null || token.subject === null
    ? null
    : { issuer: token.issuer, subject: token.subject }
}

const eventOf = (refusal: Pending, sessions: ReadonlyMap<string, SessionOfToken>): BrokerEvent => {
  const { address, code, count, route, token } = refusal
  const session = token.tokenHash === null ? undefined : sessions.get(token.tokenHash)
  const principal = principalOf(refusal, session)
  return {
    name: 'identity.refused',
    sessionId: session?.id ?? null,
    principal,
    attributes: {
      'error.type': code,
      'snowfence.refusal.reason': reasonOf(refusal, session),
      'snowfence.refusal.count': count,
      'snowfence.refusal.verified': principal !== null,
      'snowfence.refusal.issuer': principal === null ? token.issuer : null,
      'client.address': address,
      'http.route': route,
    },
  }
}

const summaryOf = ({ uncounted, uncountedOf }: Minute): BrokerEvent => {
  const listed = [...uncountedOf].sort(([, left], [, right]) => right - left)
  return {
    name: 'identity.refusals_counted',
    sessionId: null,
    principal: null,
    attributes: {
      'snowfence.refusal.count': uncounted,
      'snowfence.refusal.addresses': listed.map(([address, count]) => `${address}=${count}`),
    },
  }
}

const keyOf = ({ address, code, route, token }: Refusal): string =>
  JSON.stringify([address, code, route, token.reason, token.issuer, token.subject, token.tokenHash])

/**
 * Each refusal has a record of its own until there are 5 of one address or 30 in all in a minute. Further ones of that
 * minute share one record that counts them. So a stranger costs no write, and strangers together at most 31 records a
 * minute, written once a second.
 */
export const createRefusedIdentities = ({
  trail,
  database,
  now = () => performance.now(),
}: RefusedIdentitiesOptions): RefusedIdentities => {
  let minute = startMinute(now())
  /** Minutes that have ended with refusals to count. One that could not be written takes in the next. */
  let ended: Minute | null = null
  const pending = new Map<string, Pending>()

  const turnMinute = (force = false): void => {
    if (!force && now() - minute.startedAt < MINUTE_MS) return
    if (minute.uncounted > 0) ended = ended === null ? minute : merge(ended, minute)
    minute = startMinute(now())
  }
  const count = ({ address }: Refusal): void => {
    minute.uncounted += 1
    const { uncountedOf } = minute
    if (!uncountedOf.has(address) && uncountedOf.size >= MOST_ADDRESSES) return
    uncountedOf.set(address, (uncountedOf.get(address) ?? 0) + 1)
  }

  return {
    note(refusal) {
      turnMinute()
      const key = keyOf(refusal)
      const same = pending.get(key)
      if (same !== undefined) {
        same.count += 1
        return
      }
      const ofAddress = minute.recordsOf.get(refusal.address) ?? 0
      const isFull = minute.records >= MOST_RECORDS || pending.size >= MOST_RECORDS
      if (isFull || ofAddress >= MOST_OF_ADDRESS || refusal.token.reason === 'rate-limited') {
        count(refusal)
        return
      }
      minute.records += 1
      minute.recordsOf.set(refusal.address, ofAddress + 1)
      pending.set(key, { ...refusal, count: 1 })
    },

    async flush(all = false) {
      turnMinute(all)
      const batch = [...pending]
      const counted = ended
      if (batch.length === 0 && counted === null) return
      const hashes = batch.flatMap(([, { token }]) => (token.tokenHash === null ? [] : [token.tokenHash]))
      const sessions = hashes.length === 0 ? new Map() : await findSessionsByToken(database, hashes)
      const written = batch.map(([key, refusal]) => ({ key, refusal, count: refusal.count }))
      await trail.transact(async (step) => {
        for (const { refusal } of written) step.record(eventOf(refusal, sessions))
        if (counted !== null) step.record(summaryOf(counted))
      })
      for (const { key, refusal, count: told } of written) {
        // What came while the record was written is told by the next one.
        if (refusal.count === told) pending.delete(key)
        else refusal.count -= told
      }
      if (counted !== null && ended === counted) ended = null
    },
  }
}

const merge = (left: Minute, right: Minute): Minute => {
  const uncountedOf = new Map(left.uncountedOf)
  for (const [address, more] of right.uncountedOf) {
    if (!uncountedOf.has(address) && uncountedOf.size >= MOST_ADDRESSES) continue
    uncountedOf.set(address, (uncountedOf.get(address) ?? 0) + more)
  }
  return { ...left, uncounted: left.uncounted + right.uncounted, uncountedOf }
}
