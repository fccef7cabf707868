import { type AuditTrail, createAuditTrail, createOtlpSink } from '@snowfence/audit'
import {
  type ApprovalGate,
  type Lease,
  type PolicyPayload,
  type RenewSessionRequest,
  type RenewSessionResponse,
  renewSessionResponseSchema,
  Secret,
  type Session,
  type SessionEvent,
  SnowfenceError,
} from '@snowfence/core'
import type { HttpClient, HttpClientOptions } from '@snowfence/core/http'
import type { OpenGovernance } from '../ports/governance.ts'
import { HeldLease } from '../ports/lease-life.ts'
import { createBrokerApprovals } from './broker-approvals.ts'
import { requestBroker } from './broker-request.ts'
import { listenToSession } from './session-events.ts'

const REQUEST_TIMEOUT_MS = 10_000
/** A session that has less life than this after a renewal is followed by another one. */
const REOPEN_BEFORE_MS = 60_000
/** A session is renewed so long before its end, or a fifth of its life where that is less. */
const RENEW_BEFORE_MS = 60_000
const RENEW_BEFORE_SHARE = 0.2
const RENEW_AGAIN_MS = 1_000
/** The broker's clock decides when a session ends. */
const CLOCKS_DIFFER_MS = 2_000

/** A session as the broker answered it, with its policy verified. */
export interface VerifiedSession {
  readonly session: Session
  readonly policy: PolicyPayload
}

export interface BrokerSessionOptions {
  readonly broker: HttpClient
  /** The authorities that vouch for the broker, for the connections of the audit trail. */
  readonly trust: Pick<HttpClientOptions, 'ca'>
  readonly first: VerifiedSession
  /** A fresh identity token: a session goes on only as long as its identity does. */
  identity(): Promise<Secret>
  /** Opens another session with a fresh identity token, for when this one has lived its time. */
  reopen(): Promise<VerifiedSession>
  verify(jws: string): Promise<PolicyPayload>
}

const livesLonger = (expiresAt: string, milliseconds: number): boolean =>
  Date.parse(expiresAt) - Date.now() > milliseconds

/** All four ports over one session of the broker, and over the next one when that has lived its time. */
export class BrokerSession implements OpenGovernance {
  readonly credentials = { lease: async () => await this.#currentLease() }
  readonly policy = {
    current: async () => ({ policy: this.#policy, principal: this.#session.principal }),
  }
  readonly approvals: ApprovalGate
  readonly audit: AuditTrail
  readonly #options: BrokerSessionOptions
  readonly #closing = new AbortController()
  readonly #revocationListeners: ((reason: string) => void)[] = []
  #listening = new AbortController()
  #session: Session
  #token: Secret
  #policy: PolicyPayload
  #tokenKey: Uint8Array
  /** Policies are verified side by side, and the one that was announced last must win. */
  #announced = 0
  #held: HeldLease
  #renewing: Promise<Lease> | null = null
  #renewal: NodeJS.Timeout | undefined
  #revokedFor: string | null = null
  #statementsThisHour: number | null = null

  constructor(options: BrokerSessionOptions) {
    const { session, policy } = options.first
    this.#options = options
    this.#session = session
    this.#token = new Secret(session.sessionToken)
    this.#policy = policy
    this.#held = new HeldLease(session.lease, Date.now())
    this.#tokenKey = Buffer.from(session.tokenKey, 'base64url')
    const token = (): Secret => this.#token
    this.approvals = createBrokerApprovals(options.broker, {
      token,
      renew: async () => void (await this.#currentLease()),
    })
    this.audit = createAuditTrail({
      sink: createOtlpSink({
        broker: options.broker.url.href,
        token,
        ...options.trust,
        onStatementCount: (count) => {
          this.#statementsThisHour = count
        },
      }),
      serviceName: 'snowfence',
    })
    this.#listen()
    this.#keepAlive()
  }

  get sessionId(): string {
    return this.#session.sessionId
  }

  get policyTokenKey(): Uint8Array {
    return this.#tokenKey
  }

  statementsThisHour(): number | null {
    return this.#statementsThisHour
  }

  onRevoked(listener: (reason: string) => void): void {
    if (this.#revokedFor !== null) listener(this.#revokedFor)
    else this.#revocationListeners.push(listener)
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    this.#listening.abort()
    clearTimeout(this.#renewal)
    await this.audit.close()
    // A session that could not be ended by request ends by itself, minutes later.
    await this.#request('DELETE', '', null).catch(() => {})
    this.#options.broker.close()
  }

  async #currentLease(): Promise<Lease> {
    if (this.#revokedFor !== null)
      throw new SnowfenceError('ERR_SESSION_REVOKED', {
        message: `the session was revoked: ${this.#revokedFor}`,
      })
    if (this.#held.isFresh(Date.now())) return this.#held.lease
    try {
      return await this.#renewOnce()
    } catch (cause) {
      // The present lease stays good until it ends, so a broker that is away for a moment stops nothing early.
      if (this.#held.isAlive(Date.now())) return this.#held.lease
      throw new SnowfenceError('ERR_LEASE_EXPIRED', { cause })
    }
  }

  #renewOnce(): Promise<Lease> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null
      this.#keepAlive()
    })
    return this.#renewing
  }

  /**
   * Renews the session before it ends, also when no statement asks for a lease: one may run or wait for a person longer
   * than an identity token lives, and its records need the session. A session that ended is followed by the next one
   * when a statement needs it.
   */
  #keepAlive(): void {
    clearTimeout(this.#renewal)
    const life = Date.parse(this.#session.expiresAt) - Date.now()
    if (life <= 0 || this.#revokedFor !== null || this.#closing.signal.aborted) return
    const pause = Math.max(RENEW_AGAIN_MS, life - Math.min(RENEW_BEFORE_MS, life * RENEW_BEFORE_SHARE))
    this.#renewal = setTimeout(() => {
      this.#renewOnce().catch(() => {})
    }, pause).unref()
  }

  async #renew(): Promise<Lease> {
    if (!livesLonger(this.#session.expiresAt, CLOCKS_DIFFER_MS)) return await this.#reopen()
    const identityToken = await this.#options.identity()
    const answer = await this.#request('POST', '/renew', renewSessionResponseSchema, {
      identityToken: identityToken.reveal(),
    })
    // With a fresh token it would have gone on: it has lived its time.
    if (!livesLonger(answer.expiresAt, REOPEN_BEFORE_MS)) return await this.#reopen()
    await this.#adopt(answer)
    const { principal, expiresAt } = answer
    this.#session = { ...this.#session, principal, expiresAt }
    this.#held = new HeldLease(answer.lease, Date.now())
    return answer.lease
  }

  async #reopen(): Promise<Lease> {
    const { session, policy } = await this.#options.reopen()
    const { issuer, subject } = this.#session.principal
    if (session.principal.issuer !== issuer || session.principal.subject !== subject)
      throw new SnowfenceError('ERR_IDENTITY_SOURCE_FAILED', {
        message: 'the identity source gave the token of another principal than before',
        hint: 'open a connection of its own for each principal',
      })
    this.#session = session
    this.#token = new Secret(session.sessionToken)
    this.#announced += 1
    this.#policy = policy
    this.#tokenKey = Buffer.from(session.tokenKey, 'base64url')
    this.#held = new HeldLease(session.lease, Date.now())
    this.#listen()
    return session.lease
  }

  #listen(): void {
    this.#listening.abort()
    this.#listening = new AbortController()
    const { sessionId } = this.#session
    void listenToSession({
      broker: this.#options.broker,
      sessionId,
      token: () => this.#token,
      signal: this.#listening.signal,
      onEvent: (event) => this.#heed(event),
      onGone: () => {
        // One that has lived its time is replaced at the next statement; one that went before it was taken away.
        if (livesLonger(this.#session.expiresAt, 1_000))
          this.#revoke('the broker no longer knows the session')
      },
    })
  }

  /** A policy and the key of its tokens take effect together. */
  async #adopt({
    policy: { jws },
    tokenKey,
  }: Pick<RenewSessionResponse, 'policy' | 'tokenKey'>): Promise<void> {
    this.#announced += 1
    const number = this.#announced
    const policy = await this.#options.verify(jws)
    if (number !== this.#announced) return
    this.#policy = policy
    this.#tokenKey = Buffer.from(tokenKey, 'base64url')
  }

  #heed(event: SessionEvent): void {
    switch (event.type) {
      case 'session.revoked':
        this.#revoke(event.reason)
        return
      case 'policy.changed':
        this.#adopt(event).catch(() => this.#revoke('the broker announced a policy that it did not sign'))
        return
      default:
        event satisfies never
    }
  }

  #revoke(reason: string): void {
    if (this.#revokedFor !== null || this.#closing.signal.aborted) return
    this.#revokedFor = reason
    for (const listener of this.#revocationListeners) listener(reason)
  }

  async #request<T>(
    method: 'POST' | 'DELETE',
    action: string,
    answer: Parameters<typeof requestBroker<T>>[1]['answer'],
    body: RenewSessionRequest | null = null,
  ): Promise<T> {
    return await requestBroker<T>(this.#options.broker, {
      method,
      path: `v1/sessions/${encodeURIComponent(this.sessionId)}${action}`,
      token: this.#token,
      ...(body === null ? {} : { body }),
      answer,
      timeoutMs: REQUEST_TIMEOUT_MS,
    })
  }
}
