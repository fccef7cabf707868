import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import packageJson from '../../package.json' with { type: 'json' }
import type { BrokerConfig } from '../config/broker-config.ts'
import type { App } from './app.ts'
import { discardBody } from './discard-body.ts'
import { handleError, handleNotFound } from './handle-errors.ts'
import { type ApprovalRouteOptions, addApprovalRoutes } from './routes/approval-routes.ts'
import { type AuditRouteOptions, addAuditRoutes } from './routes/audit-routes.ts'
import { addIssuerRoutes, type IssuerRouteOptions } from './routes/issuer-routes.ts'
import { addOperationRoutes, type OperationRouteOptions } from './routes/operation-routes.ts'
import { addSessionRoutes, type SessionRouteOptions } from './routes/session-routes.ts'
import { addTraceRoutes, type TraceRouteOptions } from './routes/trace-routes.ts'

export type AppOptions = SessionRouteOptions &
  ApprovalRouteOptions &
  TraceRouteOptions &
  AuditRouteOptions &
  IssuerRouteOptions &
  OperationRouteOptions & { readonly log: BrokerConfig['log'] }

const MAX_BODY_BYTES = 1024 * 1024

/** Every route of the broker over its services. `/openapi.json` is generated from the routes' schemas. */
export const createApp = async (options: AppOptions): Promise<App> => {
  const fastify = Fastify({
    logger: {
      level: options.log.level,
      // Nothing of this is logged on purpose; the list holds when somebody adds a log line.
      redact: {
        paths: [
          'req.headers.authorization',
          'headers.authorization',
          'token',
          'sessionToken',
          '*.token',
          '*.sqlText',
        ],
        censor: '[secret]',
      },
    },
    bodyLimit: MAX_BODY_BYTES,
    requestIdHeader: false,
    routerOptions: { maxParamLength: 100 },
  })
  fastify.setValidatorCompiler(validatorCompiler)
  fastify.setSerializerCompiler(serializerCompiler)
  fastify.setErrorHandler(handleError)
  fastify.setNotFoundHandler(handleNotFound)
  const app = fastify.withTypeProvider<ZodTypeProvider>()

  // INVARIANT: no byte of a body is read before its sender is known.
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.schema?.security !== undefined) await options.authenticator.authenticate(request)
  })
  app.addHook('preHandler', (request) => options.authenticator.confirm(request))
  app.addHook('onError', (request, reply, _error, done) => {
    discardBody(request, reply)
    done()
  })
  // Hooks that wait for nothing take a callback: a promise each would be a detour through the queue for every request.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    reply.header('x-content-type-options', 'nosniff')
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown'
    options.metrics.countRequest(route, request.method, reply.statusCode, reply.elapsedTime / 1000)
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
    transform: jsonSchemaTransform,
  })
  addSessionRoutes(app, options)
  addApprovalRoutes(app, options)
  addTraceRoutes(app, options)
  addAuditRoutes(app, options)
  addIssuerRoutes(app, options)
  addOperationRoutes(app, options)
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  await app.ready()
  return app
}
