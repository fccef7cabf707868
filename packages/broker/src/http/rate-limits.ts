import { createHash } from 'node:crypto'
import rateLimit from '@fastify/rate-limit'
import { isSnowfenceError, SnowfenceError } from '@snowfence/core'
import type { FastifyRequest } from 'fastify'
import type { BrokerConfig } from '../config/broker-config.ts'
import { noteRefusal } from '../identity/refused-token.ts'
import type { App } from './app.ts'
import type { Bearer } from './authenticate.ts'
import { statusOf } from './error-status.ts'

/** Addresses and principals that are counted at once; the one not seen for longest is forgotten. */
const REMEMBERED = 10_000
const MINUTE_MS = 60_000

/** Bounds what one address and one principal may ask for in a minute. */
export interface RateLimits {
  /**
   * Runs the verification of a bearer. An address from which too many were refused is refused unverified, but for
   * bearers that were accepted before: whoever shares an address with a stranger goes on.
   *
   * @throws SnowfenceError `ERR_RATE_LIMITED` or what the verification throws
   */
  verifying(request: FastifyRequest, verify: () => Promise<Bearer>): Promise<Bearer>
  /** Counts a request of a principal. @throws SnowfenceError `ERR_RATE_LIMITED` */
  countPrincipal(request: FastifyRequest, bearer: Bearer): Promise<void>
  /** Counts a request that needs no bearer. @throws SnowfenceError `ERR_RATE_LIMITED` */
  countPublic(request: FastifyRequest): Promise<void>
}

const limited = (seconds: number): SnowfenceError =>
  new SnowfenceError('ERR_RATE_LIMITED', {
    // Clients that show the hint to a person do not show the header.
    hint: `wait ${Math.max(1, seconds)} s, as the \`retry-after\` header says, then ask again`,
    details: { retryAfterSeconds: Math.max(1, seconds) },
  })

/** Bearers that were accepted, by their hash. Only a way past the count of refusals: each is verified all the same. */
const createAccepted = () => {
  const hashes = new Set<string>()
  const hashOf = ({ headers }: FastifyRequest): string =>
    createHash('sha256')
      .update(headers.authorization ?? '')
      .digest('base64')
  return {
    has: (request: FastifyRequest): boolean => hashes.has(hashOf(request)),
    delete: (request: FastifyRequest): boolean => hashes.delete(hashOf(request)),
    add(request: FastifyRequest): void {
      const hash = hashOf(request)
      if (hashes.has(hash)) return
      const [oldest] = hashes
      if (hashes.size >= REMEMBERED && oldest !== undefined) hashes.delete(oldest)
      hashes.add(hash)
    },
  }
}

/** The bearer was refused for what it is. */
const isRefusal = ({ code }: SnowfenceError): boolean =>
  statusOf(code) === 401 || code === 'ERR_PRINCIPAL_REVOKED'

const principalOf = (bearer: Bearer) =>
  bearer.kind === 'session' ? bearer.session.principal : bearer.identity.principal

export const createRateLimits = async (app: App, limits: BrokerConfig['limits']): Promise<RateLimits> => {
  await app.register(rateLimit, { global: false, cache: REMEMBERED, timeWindow: MINUTE_MS })
  const keys = new WeakMap<FastifyRequest, string>()
  const byAddress = (max: number) => app.createRateLimit({ max, timeWindow: MINUTE_MS })
  const byPrincipal = (max: number) =>
    app.createRateLimit({
      max,
      timeWindow: MINUTE_MS,
      keyGenerator: (request) => keys.get(request) ?? request.ip,
    })
  const refusals = byAddress(limits.refusalsPerMinute)
  const publicly = byAddress(limits.publicRequestsPerMinute)
  const sessions = byPrincipal(limits.sessionsPerMinute)
  const records = byPrincipal(limits.recordRequestsPerMinute)
  const others = byPrincipal(limits.requestsPerMinute)
  const accepted = createAccepted()

  const count = async (counter: typeof others, request: FastifyRequest): Promise<void> => {
    const result = await counter(request)
    if (!result.isAllowed && result.isExceeded) throw limited(result.ttlInSeconds)
  }
  const counterOf = ({ method, routeOptions }: FastifyRequest): typeof others => {
    if (routeOptions.url === '/v1/traces') return records
    return method === 'POST' && routeOptions.url === '/v1/sessions' ? sessions : others
  }

  return {
    async verifying(request, verify) {
      if (!accepted.has(request)) {
        const found = await refusals(request, { increment: false })
        if (!found.isAllowed && found.remaining <= 0) {
          throw noteRefusal(limited(found.ttlInSeconds), { reason: 'rate-limited' })
        }
      }
      try {
        const bearer = await verify()
        accepted.add(request)
        return bearer
      } catch (error) {
        if (isSnowfenceError(error) && isRefusal(error)) {
          if (error.code === 'ERR_PRINCIPAL_REVOKED') accepted.delete(request)
          await refusals(request)
        }
        throw error
      }
    },
    async countPrincipal(request, bearer) {
      const { issuer, subject } = principalOf(bearer)
      keys.set(request, JSON.stringify([issuer, subject]))
      await count(counterOf(request), request)
    },
    countPublic: (request) => count(publicly, request),
  }
}
