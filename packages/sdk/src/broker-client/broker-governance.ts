import { createAuditTrail, createOtlpSink } from '@snowfence/audit'
import {
  type Lease,
  type PolicyPayload,
  renewSessionResponseSchema,
  Secret,
  type Session,
  SnowfenceError,
  sessionSchema,
} from '@snowfence/core'
import type { IdentitySource } from '../identity/identity-source.ts'
import type { Governance, GovernanceRequest, OpenGovernance } from '../ports/governance.ts'
import { createBrokerApprovals } from './broker-approvals.ts'
import { requestBroker } from './broker-request.ts'
import { listenToSession } from './session-events.ts'
import { createPolicyVerifier } from './verify-policy.ts'

const REQUEST_TIMEOUT_MS = 10_000
/** A lease with less life than this is renewed before it is used again. */
const RENEW_BEFORE_MS = 60_000

const CLIENT = { name: 'snowfence', version: '0.1.0' } as const

/** All four ports over one session of the broker. */
class BrokerSession implements OpenGovernance {
  readonly sessionId: string
  readonly policyTokenKey: Uint8Array
  readonly credentials = { lease: async () => await this.#currentLease() }
  readonly policy = {
    current: async () => ({ policy: this.#policy, principal: this.#session.principal }),
  }
  readonly approvals
  readonly audit
  readonly #broker: URL
  readonly #session: Session
  readonly #token: Secret
  readonly #verify: (jws: string) => Promise<PolicyPayload>
  readonly #closing = new AbortController()
  readonly #revocationListeners: ((reason: string) => void)[] = []
  #policy: PolicyPayload
  #lease: Lease
  #renewing: Promise<Lease> | null = null
  #revokedFor: string | null = null

  constructor(
    broker: URL,
    session: Session,
    policy: PolicyPayload,
    verify: (jws: string) => Promise<PolicyPayload>,
  ) {
    this.#broker = broker
    this.#session = session
    this.#policy = policy
    this.#verify = verify
    this.#lease = session.lease
    this.#token = new Secret(session.sessionToken)
    this.sessionId = session.sessionId
    this.policyTokenKey = Buffer.from(session.tokenKey, 'base64url')
    this.approvals = createBrokerApprovals(broker, () => this.#token)
    this.audit = createAuditTrail({
      sink: createOtlpSink({ broker: broker.href, token: () => this.#token }),
      serviceName: 'snowfence',
    })
    void listenToSession({
      broker,
      sessionId: session.sessionId,
      token: () => this.#token,
      signal: this.#closing.signal,
      onGone: () => this.#revoke('the broker no longer knows the session'),
      onEvent: (event) => {
        switch (event.type) {
          case 'session.revoked':
            this.#revoke(event.reason)
            break
          case 'policy.changed':
            // A policy that does not verify changes nothing here; the broker judges by its own in any case.
            void this.#adopt(event.policy.jws).catch(() => this.#revoke('a policy did not verify'))
            break
          default:
            event satisfies never
        }
      },
    })
  }

  onRevoked(listener: (reason: string) => void): void {
    if (this.#revokedFor !== null) listener(this.#revokedFor)
    else this.#revocationListeners.push(listener)
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    await this.audit.close()
    await requestBroker(this.#broker, {
      method: 'DELETE',
      path: `v1/sessions/${encodeURIComponent(this.sessionId)}`,
      token: this.#token,
      answer: null,
      timeoutMs: REQUEST_TIMEOUT_MS,
    }).catch(() => {
      // A session that could not be ended by request ends with its token, minutes later.
    })
  }

  async #currentLease(): Promise<Lease> {
    if (this.#revokedFor !== null)
      throw new SnowfenceError('ERR_SESSION_REVOKED', {
        message: `the session was revoked: ${this.#revokedFor}`,
      })
    if (Date.parse(this.#lease.expiresAt) - Date.now() > RENEW_BEFORE_MS) return this.#lease
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null
    })
    try {
      return await this.#renewing
    } catch (cause) {
      // The present lease stays good until it ends, so a broker that is away for a moment stops nothing early.
      if (Date.parse(this.#lease.expiresAt) > Date.now()) return this.#lease
      throw new SnowfenceError('ERR_LEASE_EXPIRED', { cause })
    }
  }

  async #renew(): Promise<Lease> {
    const answer = await requestBroker(this.#broker, {
      method: 'POST',
      path: `v1/sessions/${encodeURIComponent(this.sessionId)}/renew`,
      token: this.#token,
      body: {},
      answer: renewSessionResponseSchema,
      timeoutMs: REQUEST_TIMEOUT_MS,
    })
    await this.#adopt(answer.policy.jws)
    this.#lease = answer.lease
    return answer.lease
  }

  async #adopt(jws: string): Promise<void> {
    this.#policy = await this.#verify(jws)
  }

  #revoke(reason: string): void {
    if (this.#revokedFor !== null || this.#closing.signal.aborted) return
    this.#revokedFor = reason
    for (const listener of this.#revocationListeners) listener(reason)
  }
}

/** Fills the four ports from a broker: exchanges the identity token for a session, verifies its policy. */
export const createBrokerGovernance = (broker: URL, identity: IdentitySource): Governance => ({
  open: async (request: GovernanceRequest, signal: AbortSignal): Promise<OpenGovernance> => {
    const session = await requestBroker(broker, {
      method: 'POST',
      path: 'v1/sessions',
      token: await identity.token(signal),
      body: {
        purpose: request.purpose,
        agent: request.agent,
        client: CLIENT,
        snowflake: {
          account: request.account,
          ...(request.warehouse === null ? {} : { warehouse: request.warehouse }),
          ...(request.role === null ? {} : { role: request.role }),
        },
      },
      answer: sessionSchema,
      signal,
      timeoutMs: REQUEST_TIMEOUT_MS,
    })
    const verify = createPolicyVerifier(broker)
    return new BrokerSession(broker, session, await verify(session.policy.jws), verify)
  },
})
