import { isSnowfenceError, type Principal, SnowfenceError } from '@snowfence/core'
import type { FastifyRequest } from 'fastify'
import type { ApprovalReader } from '../approvals/show-approval.ts'
import { damageOf } from '../database/damaged-row.ts'
import { noteRefusal } from '../identity/refused-token.ts'
import type { IdentityVerifier, VerifiedIdentity } from '../identity/verified-identity.ts'
import type { Revocations } from '../sessions/revocations.ts'
import type { SessionRecord } from '../sessions/session.ts'
import type { SessionService } from '../sessions/session-service.ts'
import { hashSessionToken, isSessionToken } from '../sessions/session-token.ts'
import { logFailure } from './log-failure.ts'

const BEARER = /^Bearer ([^\s]+)$/i
/** A body may take long to arrive. After this time the bearer is looked at again before anything is done with it. */
const LOOK_AGAIN_MS = 1000

/** Who sent a request, by its bearer token. */
export type Bearer =
  | { readonly kind: 'session'; readonly session: SessionRecord }
  | { readonly kind: 'person'; readonly identity: VerifiedIdentity }

/** Finds out who sent a request. Every route that names `security` has it done before its body is read. */
export interface Authenticator {
  /**
   * Verifies the bearer of a request, of a kind that its route takes.
   *
   * @throws SnowfenceError `ERR_IDENTITY_…`, `ERR_PRINCIPAL_REVOKED`, `ERR_SESSION_NOT_FOUND`
   */
  authenticate(request: FastifyRequest): Promise<Bearer>
  /** Verifies it again when the body took long to arrive: meanwhile a session may have been revoked. */
  confirm(request: FastifyRequest): Promise<void>
  /** Whether the session that sent the request is still live. */
  isLive(request: FastifyRequest): Promise<boolean>
  /** A person or agent, by the token of a configured issuer. */
  identity(request: FastifyRequest): VerifiedIdentity
  /** The same, by a token that a body carries. */
  presented(token: string): Promise<VerifiedIdentity>
  session(request: FastifyRequest): SessionRecord
  either(request: FastifyRequest): ApprovalReader
  /** @throws SnowfenceError `ERR_IDENTITY_NOT_PERMITTED` unless the person is in one of the groups. */
  memberOf(request: FastifyRequest, groups: readonly string[]): Principal
}

/** @throws SnowfenceError `ERR_IDENTITY_TOKEN_MISSING` */
const readBearer = (request: FastifyRequest): string => {
  const token = BEARER.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined) throw new SnowfenceError('ERR_IDENTITY_TOKEN_MISSING')
  return token
}

const schemesOf = (request: FastifyRequest): Set<string> =>
  new Set((request.routeOptions.schema?.security ?? []).flatMap((scheme) => Object.keys(scheme)))

/** The session that a route names; a route of one session is for that session alone. */
const namedSession = (request: FastifyRequest): string | undefined =>
  request.routeOptions.url?.startsWith('/v1/sessions/:id')
    ? (request.params as { readonly id?: string }).id
    : undefined

/** Whether the route is one of those with which operators look at revocations and lift them. */
const liftsRevocations = (request: FastifyRequest): boolean =>
  request.routeOptions.url?.startsWith('/v1/principals/') === true

/** Whether a session that was revoked may still use the route, to say how its statements ended. */
const takesLastWords = (request: FastifyRequest): boolean => request.routeOptions.url === '/v1/traces'

export const createAuthenticator = (
  identities: IdentityVerifier,
  sessions: Pick<SessionService, 'authenticate' | 'authenticateRevoked'>,
  revocations: Pick<Revocations, 'assertAdmitted'>,
): Authenticator => {
  const bearers = new WeakMap<FastifyRequest, { readonly bearer: Bearer; readonly at: number }>()

  const verifyIdentity = async (token: string): Promise<VerifiedIdentity> => {
    if (!isSessionToken(token)) return identities.verify(token)
    throw noteRefusal(
      new SnowfenceError('ERR_IDENTITY_TOKEN_INVALID', {
        message: 'a session token was sent where an identity token is needed',
        hint: 'send the token of the identity provider',
      }),
      { reason: 'wrong-kind', tokenHash: hashSessionToken(token) },
    )
  }
  /** Damaged rows that the log has told of: once each, and not with every request. */
  const told = new Set<string>()
  const admit = async (identity: VerifiedIdentity, request: FastifyRequest): Promise<VerifiedIdentity> => {
    const { issuer, subject } = identity.principal
    const options = { isLifting: liftsRevocations(request) }
    const damages = await revocations.assertAdmitted(identity.people, options).catch((error: unknown) => {
      if (!isSnowfenceError(error, 'ERR_PRINCIPAL_REVOKED')) throw error
      throw noteRefusal(error, { reason: 'principal-revoked', issuer, subject })
    })
    for (const damage of damages) {
      const id = damageOf(damage)?.id ?? ''
      if (!told.has(id)) logFailure(request.log, damage)
      told.add(id)
    }
    return identity
  }
  const findSession = async (
    token: string,
    id: string | undefined,
    isLastWord: boolean,
  ): Promise<SessionRecord> => {
    if (!isSessionToken(token)) {
      throw noteRefusal(
        new SnowfenceError('ERR_SESSION_NOT_FOUND', {
          message: 'the bearer is not a session token',
          hint: 'send the `sessionToken` that `POST /v1/sessions` answered with',
        }),
        { reason: 'wrong-kind' },
      )
    }
    const tokenHash = hashSessionToken(token)
    try {
      const session = await sessions.authenticate(token).catch(async (error: unknown) => {
        if (!isLastWord || !isSnowfenceError(error, 'ERR_SESSION_NOT_FOUND')) throw error
        return await sessions.authenticateRevoked(token)
      })
      if (id === undefined || session.id === id) return session
      throw new SnowfenceError('ERR_SESSION_NOT_FOUND')
    } catch (error) {
      if (!isSnowfenceError(error, 'ERR_SESSION_NOT_FOUND')) throw error
      throw noteRefusal(error, { reason: 'session-unknown', tokenHash })
    }
  }
  const authenticate = async (request: FastifyRequest): Promise<Bearer> => {
    const token = readBearer(request)
    const schemes = schemesOf(request)
    const isSession = schemes.has('session') && (isSessionToken(token) || !schemes.has('identity'))
    const bearer: Bearer = isSession
      ? { kind: 'session', session: await findSession(token, namedSession(request), takesLastWords(request)) }
      : { kind: 'person', identity: await admit(await verifyIdentity(token), request) }
    bearers.set(request, { bearer, at: performance.now() })
    return bearer
  }

  const bearerOf = (request: FastifyRequest): Bearer => {
    const known = bearers.get(request)
    if (known === undefined) throw new TypeError('the route names no `security`, so nobody was authenticated')
    return known.bearer
  }
  const identity = (request: FastifyRequest): VerifiedIdentity => {
    const bearer = bearerOf(request)
    if (bearer.kind !== 'person') throw new TypeError('the route does not take identity tokens alone')
    return bearer.identity
  }

  return {
    authenticate,
    async confirm(request) {
      const known = bearers.get(request)
      if (known !== undefined && performance.now() - known.at > LOOK_AGAIN_MS) await authenticate(request)
    },
    isLive: (request) =>
      authenticate(request).then(
        () => true,
        () => false,
      ),
    identity,
    presented: verifyIdentity,
    session(request) {
      const bearer = bearerOf(request)
      if (bearer.kind !== 'session') throw new TypeError('the route does not take session tokens alone')
      return bearer.session
    },
    either(request) {
      const bearer = bearerOf(request)
      if (bearer.kind === 'session') return bearer
      const { principal, people } = bearer.identity
      return { kind: 'person', principal, people }
    },
    memberOf(request, groups) {
      const { principal } = identity(request)
      if (groups.some((group) => principal.groups.includes(group))) return principal
      throw new SnowfenceError('ERR_IDENTITY_NOT_PERMITTED')
    },
  }
}
