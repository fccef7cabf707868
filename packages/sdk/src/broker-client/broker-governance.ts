import { sessionSchema } from '@snowfence/core'
import { createHttpClient } from '@snowfence/core/http'
import type { IdentitySource } from '../identity/identity-source.ts'
import type { Governance, GovernanceRequest } from '../ports/governance.ts'
import { createBrokerKeys } from './broker-keys.ts'
import { requestBroker } from './broker-request.ts'
import { BrokerSession, type VerifiedSession } from './broker-session.ts'
import { createPolicyVerifier } from './verify-policy.ts'

const REQUEST_TIMEOUT_MS = 10_000

const CLIENT = { name: 'snowfence', version: '0.1.0' } as const

export interface BrokerGovernanceOptions {
  /** Address of the broker. */
  readonly url: URL
  /** Certificate authorities that alone vouch for it, in PEM; null for those that Node knows. */
  readonly ca: string | null
  readonly identity: IdentitySource
}

/** Fills the four ports from a broker: exchanges the identity token for a session, verifies its policy. */
export const createBrokerGovernance = ({ url, ca, identity }: BrokerGovernanceOptions): Governance => {
  const trust = ca === null ? {} : { ca }
  const broker = createHttpClient(url, trust)
  const keys = createBrokerKeys(broker)
  const verify = createPolicyVerifier(keys)

  const openSession = async (request: GovernanceRequest, signal?: AbortSignal): Promise<VerifiedSession> => {
    const { purpose, agent, account, warehouse, role } = request
    const token = await identity.token(signal)
    const opening = requestBroker(broker, {
      method: 'POST',
      path: 'v1/sessions',
      token,
      body: {
        purpose,
        agent,
        client: CLIENT,
        snowflake: {
          account,
          ...(warehouse === null ? {} : { warehouse }),
          ...(role === null ? {} : { role }),
        },
      },
      answer: sessionSchema,
      signal,
      timeoutMs: REQUEST_TIMEOUT_MS,
    })
    // Beside the session, whose policy is verified with them.
    keys.prefetch()
    const session = await opening
    return { session, policy: await verify(session.policy.jws) }
  }

  return {
    open: async (request, signal) =>
      new BrokerSession({
        broker,
        trust,
        first: await openSession(request, signal),
        identity: async () => await identity.token(),
        reopen: async () => await openSession(request),
        verify,
      }),
  }
}
