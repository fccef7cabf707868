import { normalizeIP } from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import { isSnowfenceError, SnowfenceError } from '@snowfence/core'
import Fastify, { type FastifyRequest } from 'fastify'
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import packageJson from '../../package.json' with { type: 'json' }
import type { BrokerConfig } from '../config/broker-config.ts'
import { refusedTokenOf } from '../identity/refused-token.ts'
import type { RefusedIdentities } from '../trail/refused-identities.ts'
import type { App } from './app.ts'
import { describeRoute, failureSchemas } from './describe-failures.ts'
import { discardBody } from './discard-body.ts'
import { endSlowReaders } from './end-slow-readers.ts'
import { handleError, handleNotFound } from './handle-errors.ts'
import { limitConnections } from './limit-connections.ts'
import { createRateLimits } from './rate-limits.ts'
import { refuseConnection } from './refuse-connection.ts'
import { requestLog } from './request-log.ts'
import { type ApprovalRouteOptions, addApprovalRoutes } from './routes/approval-routes.ts'
import { type AuditRouteOptions, addAuditRoutes } from './routes/audit-routes.ts'
import { addIssuerRoutes, type IssuerRouteOptions } from './routes/issuer-routes.ts'
import { addOperationRoutes, type OperationRouteOptions } from './routes/operation-routes.ts'
import { addPrincipalRoutes, type PrincipalRouteOptions } from './routes/principal-routes.ts'
import { addSessionRoutes, type SessionRouteOptions } from './routes/session-routes.ts'
import { addTraceRoutes, type TraceRouteOptions } from './routes/trace-routes.ts'
import { serializeOnce } from './serialize-once.ts'

export type AppOptions = SessionRouteOptions &
  PrincipalRouteOptions &
  ApprovalRouteOptions &
  TraceRouteOptions &
  AuditRouteOptions &
  IssuerRouteOptions &
  OperationRouteOptions &
  Pick<BrokerConfig, 'limits' | 'listen' | 'log'> & {
    /** Told of each request whose token was refused. */
    readonly refusedIdentities: Pick<RefusedIdentities, 'note'>
  }

/** Of a route that names no other limit. */
const MAX_BODY_BYTES = 16 * 1024
/** An identity token has at most 16 KiB. */
const MAX_HEADER_BYTES = 24 * 1024
const CHECK_CONNECTIONS_MS = 2000

/** RFC 9112, section 3.2. @throws SnowfenceError `ERR_REQUEST_INVALID` */
const assertHost = ({ raw, headers }: FastifyRequest): void => {
  if (headers.host !== undefined || raw.httpVersion === '1.0') return
  throw new SnowfenceError('ERR_REQUEST_INVALID', {
    message: 'the request has no `host` header',
    hint: 'send a request of HTTP/1.1 with a `host` header',
  })
}

/** Every route of the broker over its services. `/openapi.json` is generated from the routes' schemas. */
export const createApp = async (options: AppOptions): Promise<App> => {
  const { limits, listen } = options
  const fastify = Fastify({
    logger: requestLog(options.log.level),
    bodyLimit: MAX_BODY_BYTES,
    requestIdHeader: false,
    routerOptions: { maxParamLength: 100 },
    trustProxy: listen.trustedProxies.length === 0 ? false : listen.trustedProxies,
    connectionTimeout: limits.idleSeconds * 1000,
    requestTimeout: limits.requestSeconds * 1000,
    http: {
      headersTimeout: limits.headerSeconds * 1000,
      connectionsCheckingInterval: CHECK_CONNECTIONS_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Node would answer in a form of its own.
      requireHostHeader: false,
    },
    clientErrorHandler: refuseConnection,
    frameworkErrors: handleError,
  })
  fastify.server.maxConnections = limits.connections
  // RFC 9110, section 10.1.1: an expectation that is not known may be ignored. Node would answer in a form of its own.
  fastify.server.on('checkExpectation', (request, response) => {
    fastify.server.emit('request', request, response)
  })
  endSlowReaders(fastify.server, limits.answerSeconds)
  const connections = limitConnections(fastify.server, {
    connections: limits.connections,
    perAddress: limits.unprovenConnectionsPerAddress,
    trustedProxies: listen.trustedProxies,
  })
  fastify.setValidatorCompiler(validatorCompiler)
  fastify.setSerializerCompiler(serializeOnce)
  fastify.setErrorHandler(handleError)
  fastify.setNotFoundHandler(handleNotFound)
  const app = fastify.withTypeProvider<ZodTypeProvider>()

  const { authenticator } = options
  const rates = await createRateLimits(app, limits)
  // INVARIANT: no byte of a body is read before its sender is known.
  app.addHook('onRequest', async (request) => {
    assertHost(request)
    if (request.is404) throw new SnowfenceError('ERR_ROUTE_NOT_FOUND')
    if (request.routeOptions.schema?.security === undefined) return rates.countPublic(request)
    const bearer = await rates.verifying(request, () => authenticator.authenticate(request))
    connections.prove(request.socket)
    await rates.countPrincipal(request, bearer)
  })
  app.addHook('preHandler', (request) => authenticator.confirm(request))
  app.addHook('onError', (request, _reply, error, done) => {
    const token = refusedTokenOf(error)
    if (token !== null && isSnowfenceError(error)) {
      options.refusedIdentities.note({
        code: error.code,
        token,
        address: normalizeIP(request.ip, 64),
        route: request.routeOptions.url ?? 'unknown',
      })
    }
    done()
  })
  app.addHook('onError', (request, reply, _error, done) => {
    discardBody(request, reply)
    done()
  })
  // Hooks that wait for nothing take a callback: a promise each would be a detour through the queue for every request.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    reply.header('x-content-type-options', 'nosniff')
    if (options.closing.aborted) reply.header('connection', 'close')
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown'
    options.metrics.countRequest(route, request.method, reply.statusCode, reply.elapsedTime / 1000)
    // An answer that was on its way when the stop began: its connection is kept no longer.
    if (options.closing.aborted) setImmediate(() => fastify.server.closeIdleConnections())
    done()
  })

  await app.register(swagger, {
    openapi: {
      info: {
        title: 'Snowfence broker',
        version: packageJson.version,
        description: 'Sessions, leases, approvals and the audit trail of agents that query Snowflake.',
      },
      components: {
        schemas: failureSchemas,
        securitySchemes: {
          identity: {
            type: 'http',
            scheme: 'bearer',
            description: 'Token of a configured identity provider',
          },
          session: { type: 'http', scheme: 'bearer', description: 'Session token of `POST /v1/sessions`' },
        },
      },
    },
    transform: describeRoute,
  })
  addSessionRoutes(app, options)
  addPrincipalRoutes(app, options)
  addApprovalRoutes(app, options)
  addTraceRoutes(app, options)
  addAuditRoutes(app, options)
  addIssuerRoutes(app, options)
  addOperationRoutes(app, options)
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  await app.ready()
  return app
}
