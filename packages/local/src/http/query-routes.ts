import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Account } from '../account.ts'
import type { Query } from '../query/query.ts'
import { noSuchQuery, statementCancelled } from '../snowflake-error.ts'
import { invalidRequest, success } from './envelope.ts'
import { answerQuery, chunkBody, chunkRowsOf, inProgress } from './query-answer.ts'
import { readQueryRequest } from './read-query-request.ts'
import { readSessionToken } from './session-token.ts'

const requestSchema = z.looseObject({ requestId: z.string().optional() })
const chunkSchema = z.looseObject({ key: z.string() })

const queryIdOf = (request: FastifyRequest) => (request.params as { readonly id: string }).id

/** Statements: start, wait, ask, abort, and the further parts of large results. */
export const addQueryRoutes = (server: FastifyInstance, account: Account, baseUrl: () => string): void => {
  const sessionOf = (request: FastifyRequest) => account.sessions.byToken(readSessionToken(request))
  const find = (request: FastifyRequest): Query => {
    const query = account.queries.byId(sessionOf(request), queryIdOf(request))
    if (!query) throw noSuchQuery()
    return query
  }

  server.post('/queries/v1/query-request', async (request) => {
    const session = sessionOf(request)
    const { requestId = null } = requestSchema.parse(request.query)
    const client = request.headers['user-agent'] ?? ''
    const query = account.queries.start(
      session,
      readQueryRequest(session, { requestId, client }, request.body),
    )
    if (query.request.detached) return inProgress(query)
    return answerQuery(account, query, account.settings.inProgressAfterMs, baseUrl())
  })

  server.get('/queries/:id/result', async (request) =>
    answerQuery(account, find(request), account.settings.pollHoldMs, baseUrl()),
  )

  server.post('/queries/v1/abort-request', async (request) => {
    const session = sessionOf(request)
    const body = requestSchema.safeParse(request.body)
    if (!body.success) throw invalidRequest()
    account.queries.byRequest(session, body.data.requestId ?? null)?.abort(statementCancelled())
    return success(null)
  })

  server.post('/queries/:id/abort-request', async (request) => {
    find(request).abort(statementCancelled())
    return success(null)
  })

  server.get('/monitoring/queries/:id', async (request) => {
    const query = account.queries.byId(sessionOf(request), queryIdOf(request))
    return success({ queries: query ? [monitoringEntry(query)] : [] })
  })

  server.get('/chunks/:id/:index', async (request, reply) => {
    const { key } = chunkSchema.parse(request.query)
    const { id, index } = request.params as { readonly id: string; readonly index: string }
    const result = account.queries.byChunkKey(id, key)?.result
    const rows = result ? chunkRowsOf(result, Number(index), account.settings.chunkRows) : []
    if (rows.length === 0) return reply.code(404).type('text/plain').send('')
    return reply.type('text/plain; charset=utf-8').send(chunkBody(rows))
  })
}

const monitoringEntry = (query: Query) => ({
  id: query.id,
  status: query.status,
  state: query.status,
  sqlText: query.request.sqlText,
  startTime: query.startedAt.getTime(),
  endTime: query.endedAt?.getTime() ?? 0,
  errorCode: query.error?.code ?? null,
  errorMessage: query.error?.message ?? null,
  sessionId: query.session.id,
})
