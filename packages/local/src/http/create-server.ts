import { gunzipSync } from 'node:zlib'
import fastify, { type FastifyInstance } from 'fastify'
import type { Account } from '../account.ts'
import { SnowflakeError } from '../snowflake-error.ts'
import { failure, invalidRequest } from './envelope.ts'
import { addLoginRoute } from './login-route.ts'
import { addQueryRoutes } from './query-routes.ts'
import { addSessionRoutes } from './session-routes.ts'
import { addStageRoutes } from './stage-routes.ts'

/** Also for the binds of a large bulk insert. */
const maximumBodyBytes = 256 * 1024 * 1024

const parseBody = (body: Buffer, encoding: string | undefined): unknown => {
  const plain = encoding === 'gzip' ? gunzipSync(body, { maxOutputLength: maximumBodyBytes }) : body
  return plain.length === 0 ? null : JSON.parse(plain.toString('utf8'))
}

/** Snowflake's HTTP protocol for one account. Every failure is an answer with status 200, a code and an SQLSTATE. */
export const createServer = (account: Account, baseUrl: () => string): FastifyInstance => {
  const server = fastify({
    bodyLimit: maximumBodyBytes,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreDuplicateSlashes: true, ignoreTrailingSlash: true },
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(
        null,
        parseBody(Buffer.isBuffer(body) ? body : Buffer.from(body), request.headers['content-encoding']),
      )
    } catch {
      done(invalidRequest())
    }
  })
  server.setErrorHandler((error, _request, reply) => {
    const answer =
      error instanceof SnowflakeError
        ? error
        : new SnowflakeError('300002', 'XX000', 'The local Snowflake could not answer the request')
    return reply.code(200).type('application/json').send(failure(answer))
  })
  server.setNotFoundHandler((_request, reply) =>
    reply
      .code(404)
      .type('application/json')
      .send(failure(new SnowflakeError('000002', '0A000', "Unsupported feature 'this address'."))),
  )
  // Snowflake names no character set, and the 2.0 driver compares the whole header.
  server.addHook('onSend', async (_request, reply) => {
    if (String(reply.getHeader('content-type')).startsWith('application/json'))
      reply.header('content-type', 'application/json')
  })
  addLoginRoute(server, account)
  addSessionRoutes(server, account)
  addQueryRoutes(server, account, baseUrl)
  addStageRoutes(server, account)
  return server
}
