import { type Principal, SnowfenceError } from '@snowfence/core'
import type { FastifyRequest } from 'fastify'
import type { ApprovalReader } from '../approvals/show-approval.ts'
import type { IdentityVerifier, VerifiedIdentity } from '../identity/verified-identity.ts'
import type { SessionRecord } from '../sessions/session.ts'
import type { SessionService } from '../sessions/session-service.ts'
import { isSessionToken } from '../sessions/session-token.ts'

const BEARER = /^Bearer ([^\s]+)$/i

/** Finds out who sent a request, by its bearer token. */
export interface Authenticator {
  /** A person or agent, by the token of a configured issuer. */
  identity(request: FastifyRequest): Promise<VerifiedIdentity>
  /** A live session, by its session token; of this id when the route names one. */
  session(request: FastifyRequest, id?: string): Promise<SessionRecord>
  either(request: FastifyRequest): Promise<ApprovalReader>
  /** @throws SnowfenceError `ERR_IDENTITY_NOT_PERMITTED` unless the person is in one of the groups. */
  memberOf(request: FastifyRequest, groups: readonly string[]): Promise<Principal>
}

/** @throws SnowfenceError `ERR_IDENTITY_TOKEN_MISSING` */
export const readBearer = (request: FastifyRequest): string => {
  const token = BEARER.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined) throw new SnowfenceError('ERR_IDENTITY_TOKEN_MISSING')
  return token
}

export const createAuthenticator = (
  identities: IdentityVerifier,
  sessions: Pick<SessionService, 'authenticate'>,
): Authenticator => {
  const verifyIdentity = async (token: string): Promise<VerifiedIdentity> => {
    if (!isSessionToken(token)) return identities.verify(token)
    throw new SnowfenceError('ERR_IDENTITY_TOKEN_INVALID', {
      message: 'a session token was sent where an identity token is needed',
      hint: 'send the token of the identity provider',
    })
  }
  const findSession = async (token: string): Promise<SessionRecord> => {
    if (isSessionToken(token)) return sessions.authenticate(token)
    throw new SnowfenceError('ERR_SESSION_NOT_FOUND', {
      message: 'the bearer is not a session token',
      hint: 'send the `sessionToken` that `POST /v1/sessions` answered with',
    })
  }
  return {
    identity: async (request) => verifyIdentity(readBearer(request)),
    async session(request, id) {
      const session = await findSession(readBearer(request))
      if (id !== undefined && session.id !== id) throw new SnowfenceError('ERR_SESSION_NOT_FOUND')
      return session
    },
    async either(request) {
      const token = readBearer(request)
      if (isSessionToken(token)) return { kind: 'session', session: await findSession(token) }
      return { kind: 'person', principal: (await verifyIdentity(token)).principal }
    },
    async memberOf(request, groups) {
      const { principal } = await verifyIdentity(readBearer(request))
      if (groups.some((group) => principal.groups.includes(group))) return principal
      throw new SnowfenceError('ERR_IDENTITY_NOT_PERMITTED')
    },
  }
}
