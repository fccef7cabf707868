import { type DeclaredSession, declaredSessionSchema, SnowfenceError } from '@snowfence/core'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { AuditExporter } from '../../trail/audit-export.ts'
import type { Trail } from '../../trail/trail.ts'
import type { App } from '../app.ts'
import type { Authenticator } from '../authenticate.ts'
import { noSessionOfPath, sessionOfPath } from '../session-of-path.ts'

export interface AuditRouteOptions {
  readonly authenticator: Authenticator
  readonly trail: Trail
  readonly exporter: AuditExporter
  readonly readDeclaredSession: (id: string) => Promise<DeclaredSession>
  readonly groups: BrokerConfig['groups']
}

const MAX_PAGE = 1000
const tags = ['audit']
const security = [{ identity: [] }, { session: [] }]
const wholeNumber = z.coerce.number().int().min(0)
const proof = z.strictObject({ proof: z.array(z.string().describe('Base64 of a hash')) })

const encode = (hashes: readonly Uint8Array[]): string[] =>
  hashes.map((hash) => Buffer.from(hash).toString('base64'))

/** Proofs over what is not there are a fault of the request. */
const orInvalid = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new SnowfenceError('ERR_REQUEST_INVALID', {
      message: `the tree has no such proof: ${error.message}`,
    })
  }
}

export const addAuditRoutes = (app: App, options: AuditRouteOptions): void => {
  const { authenticator, trail, exporter, groups, readDeclaredSession } = options

  /** Auditors read everything, a session its own records: null means everything. */
  const readScope = async (request: FastifyRequest): Promise<string | null> => {
    const reader = authenticator.either(request)
    if (reader.kind === 'session') return reader.session.id
    if (groups.auditors.some((group) => reader.principal.groups.includes(group))) return null
    throw new SnowfenceError('ERR_IDENTITY_NOT_PERMITTED')
  }

  app.get(
    '/v1/audit/checkpoint',
    {
      config: { failures: ['ERR_IDENTITY_NOT_PERMITTED'], produces: ['text/plain'] },
      schema: { tags, summary: 'The tree now, as a signed note (C2SP tlog-checkpoint)', security },
    },
    async (request, reply) => {
      await readScope(request)
      return reply.type('text/plain; charset=utf-8').send(await exporter.checkpoint())
    },
  )

  app.get(
    '/v1/audit/key',
    {
      config: { produces: ['text/plain'] },
      schema: { tags, summary: 'Public key of the checkpoints, as `name+id+base64`' },
    },
    async (_request, reply) => reply.type('text/plain; charset=utf-8').send(`${exporter.key()}\n`),
  )

  app.get(
    '/v1/audit/records',
    {
      config: { failures: ['ERR_IDENTITY_NOT_PERMITTED'], produces: ['application/jsonl'] },
      schema: {
        tags,
        summary: 'Records in the order of the tree as JSON Lines, and the head that covers them',
        security,
        querystring: z.strictObject({
          after: z.coerce
            .number()
            .int()
            .min(-1)
            .default(-1)
            .describe('Index of the last record already read'),
          limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(MAX_PAGE),
        }),
      },
    },
    async (request, reply) => {
      const sessionId = await readScope(request)
      const { after, limit } = request.query
      const { lines, next } = await exporter.page({ from: after + 1, limit, sessionId })
      if (next !== null)
        reply.header('link', `</v1/audit/records?after=${next - 1}&limit=${limit}>; rel="next"`)
      return reply.type('application/jsonl').send(lines)
    },
  )

  app.get(
    '/v1/audit/sessions/:id',
    {
      config: { failures: ['ERR_IDENTITY_NOT_PERMITTED'], namesSession: true },
      schema: {
        tags,
        summary: 'What a session declared about itself: the trail keeps its task encrypted',
        security,
        params: z.strictObject({ id: z.uuid() }),
        response: { 200: declaredSessionSchema },
      },
    },
    async (request) => {
      const scope = await readScope(request)
      const { id } = request.params
      // Of another one it is not said whether it exists.
      if (scope !== null && scope !== id) throw noSessionOfPath()
      return sessionOfPath(readDeclaredSession(id))
    },
  )

  app.get(
    '/v1/audit/proof/inclusion',
    {
      config: { failures: ['ERR_IDENTITY_NOT_PERMITTED'] },
      schema: {
        tags,
        summary: 'Proof that a record is in the tree of that size (RFC 6962)',
        security,
        querystring: z.strictObject({ index: wholeNumber, size: wholeNumber }),
        response: { 200: proof },
      },
    },
    async (request) => {
      await readScope(request)
      const { index, size } = request.query
      return { proof: encode(await orInvalid(trail.tree.inclusionProof(index, size))) }
    },
  )

  app.get(
    '/v1/audit/proof/consistency',
    {
      config: { failures: ['ERR_IDENTITY_NOT_PERMITTED'] },
      schema: {
        tags,
        summary: 'Proof that the tree of the first size is the beginning of the second (RFC 6962)',
        security,
        querystring: z.strictObject({ first: wholeNumber, second: wholeNumber }),
        response: { 200: proof },
      },
    },
    async (request) => {
      await readScope(request)
      const { first, second } = request.query
      return { proof: encode(await orInvalid(trail.tree.consistencyProof(first, second))) }
    },
  )
}
