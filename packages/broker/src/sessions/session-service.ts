import { randomUUID } from 'node:crypto'
import {
  type CreateSessionRequest,
  isSnowfenceError,
  type Lease,
  type Principal,
  type RenewSessionResponse,
  type RevokePrincipalResponse,
  type Session,
  type SessionList,
  SnowfenceError,
} from '@snowfence/core'
import { declaredAgent, declaredText, declaredWord } from '@snowfence/masking'
import type { PersonIdentity } from '@snowfence/policy'
import type { Kysely } from 'kysely'
import { addSeconds, type Clock } from '../clock.ts'
import type { BrokerConfig, RoleConfig } from '../config/broker-config.ts'
import type { Tables } from '../database/tables.ts'
import { isAboutServer } from '../database/unreachable.ts'
import { noteRefusal, type RefusalReason } from '../identity/refused-token.ts'
import type { VerifiedIdentity } from '../identity/verified-identity.ts'
import type { DeclaredTexts } from '../keys/declared-texts.ts'
import { chooseRole, mayHold } from '../leases/choose-role.ts'
import type { CredentialIssuer } from '../leases/credential-issuer.ts'
import { leaseLifeSeconds } from '../leases/lease-life.ts'
import { recordLease } from '../leases/record-lease.ts'
import type { PolicyHolder } from '../policy/policy-holder.ts'
import type { Trail, TrailStep } from '../trail/trail.ts'
import { listSessions, type SessionQuery } from './list-sessions.ts'
import { createLiveSessionLookup } from './live-session-lookup.ts'
import { createLiveSessions } from './live-sessions.ts'
import type { Revocations } from './revocations.ts'
import type { SessionRecord } from './session.ts'
import type { SessionSignals } from './session-signals.ts'
import {
  endSession,
  findRevokedSession,
  findSessionsOf,
  insertSession,
  lockLiveSession,
  updateIdentity,
} from './session-store.ts'
import { createSessionToken, hashSessionToken } from './session-token.ts'

/** For so long a revoked session may record how the statements ended that its revocation cut off. */
const LAST_WORDS_SECONDS = 30

export interface SessionServiceOptions {
  readonly config: Pick<BrokerConfig, 'snowflake' | 'session'>
  readonly database: Kysely<Tables>
  readonly clock: Clock
  readonly credentials: CredentialIssuer
  readonly policy: PolicyHolder
  readonly signals: SessionSignals
  readonly trail: Trail
  readonly revocations: Revocations
  readonly texts: DeclaredTexts
  /** Whether no other broker can change these sessions: then a live one need not be looked up for every request. */
  readonly exclusive: boolean
  /** Ends what hangs on a session that is over: its approval requests. Runs in the same transaction. */
  readonly onEnd: (step: TrailStep, session: SessionRecord, kind: 'closed' | 'revoked') => Promise<void>
}

export interface SessionService {
  /** @throws SnowfenceError `ERR_SESSION_NO_ROLE`, `ERR_SESSION_ACCOUNT_MISMATCH`, `ERR_PRINCIPAL_REVOKED` */
  create(identity: VerifiedIdentity, request: CreateSessionRequest, traceparent?: string): Promise<Session>
  /** @throws SnowfenceError `ERR_SESSION_NOT_FOUND` for a token without a live session. */
  authenticate(token: string): Promise<SessionRecord>
  /**
   * Revokes every session of a person, at whichever issuer. A session that cannot be read or ended does not keep the others
   * alive.
   *
   * @throws SnowfenceError `ERR_BROKER_DATABASE_UNREACHABLE` or another one that holds for every session.
   */
  revokePerson(people: readonly PersonIdentity[], reason: string): Promise<RevokePrincipalResponse>
  /**
   * The same for a session that was revoked a moment ago and says how its statements ended.
   *
   * @throws SnowfenceError `ERR_SESSION_NOT_FOUND`
   */
  authenticateRevoked(token: string): Promise<SessionRecord>
  /**
   * A fresh lease for a fresh identity token of the same principal. The session takes that token's groups and end; it is
   * revoked when they no longer allow its role, and when its person was revoked.
   *
   * @throws SnowfenceError `ERR_SESSION_NOT_FOUND`, `ERR_SESSION_NO_ROLE`, `ERR_IDENTITY_TOKEN_INVALID`,
   * `ERR_PRINCIPAL_REVOKED`
   */
  renew(session: SessionRecord, identity: VerifiedIdentity): Promise<RenewSessionResponse>
  close(session: SessionRecord): Promise<void>
  /**
   * @returns whether its row could be read; a session is ended in any case.
   * @throws SnowfenceError `ERR_SESSION_NOT_FOUND`
   */
  revoke(sessionId: string, reason: string): Promise<boolean>
  /** @throws SnowfenceError `ERR_REQUEST_INVALID` for a cursor that the broker did not give */
  list(query: SessionQuery): Promise<SessionList>
  /** Looks every session up again: all of them have another end. */
  forgetAll(): void
}

/** Snowflake account names are not case-sensitive. */
const isSameAccount = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()

const attributesOf = (session: SessionRecord, account: string) => ({
  'snowfence.account': account,
  'snowfence.principal.groups': session.principal.groups,
  'snowfence.purpose': session.purpose,
  'gen_ai.agent.id': session.agent.id,
  'gen_ai.agent.name': session.agent.name,
  'gen_ai.agent.version': session.agent.version,
  'gen_ai.request.model': session.agent.model,
  'gen_ai.conversation.id': session.agent.conversationId,
})

const refusalReasons: ReadonlyMap<string, RefusalReason> = new Map([
  ['ERR_SESSION_ACCOUNT_MISMATCH', 'other-account'],
  ['ERR_SESSION_NO_ROLE', 'no-role'],
  ['ERR_PRINCIPAL_REVOKED', 'principal-revoked'],
])

/** Throws an error on, with what the record of a refused session may say. */
const refusing =
  ({ issuer, subject }: Principal) =>
  (error: unknown): never => {
    const reason = isSnowfenceError(error) ? refusalReasons.get(error.code) : undefined
    if (!isSnowfenceError(error) || reason === undefined) throw error
    throw noteRefusal(error, { reason, issuer, subject })
  }

/** A session lives its configured time, and never longer than the identity token that was presented last. */
const endOf = (createdAt: Date, ttlSeconds: number, { expiresAt }: VerifiedIdentity): Date => {
  const end = addSeconds(createdAt, ttlSeconds)
  return expiresAt < end ? expiresAt : end
}

const sameGroups = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((group, index) => group === right[index])

/** The session as a newer token of its principal has it. */
const withIdentity = (
  session: SessionRecord,
  identity: VerifiedIdentity,
  ttlSeconds: number,
): SessionRecord => {
  const { principal, people } = identity
  const { issuer, subject, groups } = session.principal
  if (principal.issuer !== issuer || principal.subject !== subject) {
    const error = new SnowfenceError('ERR_IDENTITY_TOKEN_INVALID', {
      message: 'the identity token is of another principal than the session',
      hint: 'open a session of its own for each principal',
    })
    throw noteRefusal(error, {
      reason: 'other-principal',
      issuer: principal.issuer,
      subject: principal.subject,
    })
  }
  return {
    ...session,
    principal,
    people,
    formerGroups: sameGroups(groups, principal.groups) ? session.formerGroups : groups,
    expiresAt: endOf(session.createdAt, ttlSeconds, identity),
  }
}

export const createSessionService = (options: SessionServiceOptions): SessionService => {
  const {
    config,
    database,
    clock,
    credentials,
    policy,
    revocations,
    signals,
    texts,
    trail,
    exclusive,
    onEnd,
  } = options
  const live = createLiveSessions(exclusive)
  const findLiveSession = createLiveSessionLookup(database, texts, clock)

  const issueLease = (session: SessionRecord, now: Date): Promise<Lease> =>
    credentials.issue({
      user: session.snowflakeUser,
      role: session.role,
      warehouse: session.warehouse,
      lifeSeconds: leaseLifeSeconds(config.session.leaseSeconds, session.expiresAt, now),
    })

  const sealTask = ({ id, agent: { task } }: SessionRecord): string | null =>
    task === undefined ? null : texts.sealReplaced(task, `session-task:${id}`)

  const chooseEntry = (principal: Principal, { snowflake }: CreateSessionRequest): RoleConfig => {
    try {
      if (!isSameAccount(snowflake.account, config.snowflake.account))
        throw new SnowfenceError('ERR_SESSION_ACCOUNT_MISMATCH')
      return chooseRole(config.snowflake.roles, principal, snowflake.role)
    } catch (error) {
      return refusing(principal)(error)
    }
  }

  const revoke = async (sessionId: string, declaredReason: string): Promise<boolean> => {
    const reason = declaredText(declaredReason)
    live.forget(sessionId)
    const isReadable = await trail.transact(async (step) => {
      const ended = await endSession(step.transaction, texts, {
        id: sessionId,
        kind: 'revoked',
        reason,
        now: clock(),
      })
      if (ended === null) throw new SnowfenceError('ERR_SESSION_NOT_FOUND')
      step.record({
        name: 'session.revoked',
        sessionId,
        principal: ended.session.principal,
        attributes: attributesOf(ended.session, config.snowflake.account),
      })
      await onEnd(step, ended.session, 'revoked')
      return ended.isReadable
    })
    live.forget(sessionId)
    signals.tell(sessionId, { type: 'session.revoked', reason })
    return isReadable
  }

  return {
    async create(identity, request, traceparent) {
      const { principal, people } = identity
      const entry = chooseEntry(principal, request)
      const now = clock()
      const session: SessionRecord = {
        id: randomUUID(),
        principal,
        people,
        formerGroups: null,
        purpose: declaredWord(request.purpose),
        agent: declaredAgent(request.agent),
        snowflakeUser: entry.user,
        role: entry.role,
        warehouse: entry.warehouse ?? request.snowflake.warehouse ?? null,
        createdAt: now,
        expiresAt: endOf(now, config.session.ttlSeconds, identity),
      }
      const token = createSessionToken()
      const lease = await issueLease(session, now)
      await trail.transact(async (step) => {
        await revocations.assertAdmittedIn(step.transaction, people).catch(refusing(principal))
        await insertSession(step.transaction, texts, session, hashSessionToken(token))
        step.record({
          name: 'session.created',
          sessionId: session.id,
          principal,
          traceparent,
          attributes: {
            ...attributesOf(session, config.snowflake.account),
            'snowfence.agent.task': sealTask(session),
          },
        })
        await recordLease(step, { session, lease, approvalId: null, issuedAt: now, traceparent })
      })
      const { jws, tokenKey } = policy.current()
      return {
        sessionId: session.id,
        sessionToken: token,
        expiresAt: session.expiresAt.toISOString(),
        principal,
        policy: { jws },
        lease,
        tokenKey,
      }
    },

    async authenticate(token) {
      const hash = hashSessionToken(token)
      const known = live.find(hash, clock())
      if (known !== null) return known
      const generation = live.generation
      const session = await findLiveSession(hash)
      if (session === null) throw new SnowfenceError('ERR_SESSION_NOT_FOUND')
      live.remember(hash, session, generation)
      return session
    },

    async revokePerson(people, reason) {
      const ids = await findSessionsOf(database, people)
      const ended: string[] = []
      const unreadable: string[] = []
      for (const id of ids) {
        try {
          if (!(await revoke(id, reason))) unreadable.push(id)
          ended.push(id)
        } catch (error) {
          // It ended by itself meanwhile.
          if (isSnowfenceError(error, 'ERR_SESSION_NOT_FOUND')) continue
          // An error of ours is about the database or the trail, and holds for each of them.
          if (isSnowfenceError(error) || isAboutServer(error)) throw error
          unreadable.push(id)
        }
      }
      return { sessions: ended, unreadable }
    },

    async authenticateRevoked(token) {
      const after = addSeconds(clock(), -LAST_WORDS_SECONDS)
      const session = await findRevokedSession(database, texts, hashSessionToken(token), after)
      if (session === null) throw new SnowfenceError('ERR_SESSION_NOT_FOUND')
      return session
    },

    async renew(session, identity) {
      const renewed = withIdentity(session, identity, config.session.ttlSeconds)
      if (!mayHold(config.snowflake.roles, renewed.principal, session)) {
        await revoke(session.id, 'the identity token no longer allows the role of the session')
        throw new SnowfenceError('ERR_SESSION_NO_ROLE')
      }
      const endIfRevoked = async (error: unknown): Promise<never> => {
        if (isSnowfenceError(error, 'ERR_PRINCIPAL_REVOKED')) await revoke(session.id, error.message)
        throw error
      }
      await revocations.assertAdmitted(renewed.people).catch(endIfRevoked)
      const now = clock()
      const lease = await issueLease(renewed, now)
      live.forget(session.id)
      const renewIn = async (step: TrailStep): Promise<void> => {
        // The fresh token may speak of people whom the session did not know when they were revoked.
        await revocations.assertAdmittedIn(step.transaction, renewed.people)
        await lockLiveSession(step.transaction, session.id, now)
        await updateIdentity(step.transaction, renewed)
        if (renewed.formerGroups !== session.formerGroups) {
          step.record({
            name: 'session.groups_changed',
            sessionId: session.id,
            principal: renewed.principal,
            attributes: attributesOf(renewed, config.snowflake.account),
          })
        }
        await recordLease(step, { session: renewed, lease, approvalId: null, issuedAt: now })
      }
      await trail.transact(renewIn).catch(endIfRevoked)
      live.forget(session.id)
      const { jws, tokenKey } = policy.current()
      return {
        lease,
        policy: { jws },
        tokenKey,
        principal: renewed.principal,
        expiresAt: renewed.expiresAt.toISOString(),
      }
    },

    async close(session) {
      live.forget(session.id)
      await trail.transact(async (step) => {
        const ended = await endSession(step.transaction, texts, {
          id: session.id,
          kind: 'closed',
          reason: 'closed by its owner',
          now: clock(),
        })
        if (ended === null) return
        step.record({
          name: 'session.closed',
          sessionId: session.id,
          principal: session.principal,
          attributes: {},
        })
        await onEnd(step, ended.session, 'closed')
      })
      live.forget(session.id)
      signals.end(session.id)
    },

    revoke,
    list: (query) => listSessions(database, query, clock()),
    forgetAll: () => live.forgetAll(),
  }
}
