import { sessionSchema } from '@snowfence/core'
import type { IdentitySource } from '../identity/identity-source.ts'
import type { Governance, GovernanceRequest } from '../ports/governance.ts'
import { requestBroker } from './broker-request.ts'
import { BrokerSession, type VerifiedSession } from './broker-session.ts'
import { createPolicyVerifier } from './verify-policy.ts'

const REQUEST_TIMEOUT_MS = 10_000

const CLIENT = { name: 'snowfence', version: '0.1.0' } as const

/** Fills the four ports from a broker: exchanges the identity token for a session, verifies its policy. */
export const createBrokerGovernance = (broker: URL, identity: IdentitySource): Governance => {
  const verify = createPolicyVerifier(broker)

  const openSession = async (request: GovernanceRequest, signal?: AbortSignal): Promise<VerifiedSession> => {
    const { purpose, agent, account, warehouse, role } = request
    const session = await requestBroker(broker, {
      method: 'POST',
      path: 'v1/sessions',
      token: await identity.token(signal),
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
    return { session, policy: await verify(session.policy.jws) }
  }

  return {
    open: async (request, signal) =>
      new BrokerSession({
        broker,
        first: await openSession(request, signal),
        reopen: async () => await openSession(request),
        verify,
      }),
  }
}
