import { type CanonicalSpan, decodeTraceRequest } from '@snowfence/audit'
import { RECEIPT_HEADER, STATEMENTS_HEADER } from '@snowfence/core'
import type { SessionRecord } from '../../sessions/session.ts'
import { assertOwnSpans } from '../../trail/assert-own-spans.ts'
import { createRefusedRecords } from '../../trail/refused-records.ts'
import { stampSpans } from '../../trail/stamp-spans.ts'
import type { Trail } from '../../trail/trail.ts'
import { withoutTask } from '../../trail/without-task.ts'
import type { StatementCount } from '../../usage/statement-count.ts'
import type { App } from '../app.ts'
import type { Authenticator } from '../authenticate.ts'

export interface TraceRouteOptions {
  readonly authenticator: Authenticator
  readonly trail: Trail
  readonly statements: Pick<StatementCount, 'of'>
}

const MAX_BODY_BYTES = 8 * 1024 * 1024
const PROTOBUF = 'application/x-protobuf'

/** OTLP/HTTP. In a scope of its own: here a body is bytes, whatever its type. */
export const addTraceRoutes = (app: App, { authenticator, trail, statements }: TraceRouteOptions): void => {
  /** Null where the count is not known: the records are durable all the same, and a limited statement is refused. */
  const countOf = async ({ principal }: SessionRecord): Promise<number | null> => {
    try {
      return await statements.of(principal)
    } catch {
      return null
    }
  }
  const refused = createRefusedRecords(trail)
  /** The spans of a request, all of them in the form of the trail; a refusal is durable before it is answered. */
  const readSpans = async (
    session: SessionRecord,
    body: Uint8Array,
    contentType: string,
  ): Promise<readonly CanonicalSpan[]> => {
    let spans: readonly CanonicalSpan[] = []
    try {
      spans = withoutTask(decodeTraceRequest(body, contentType))
      assertOwnSpans(session, spans)
      return stampSpans(spans)
    } catch (error) {
      await refused.note(session, spans, error)
      throw error
    }
  }
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      [PROTOBUF, 'application/json'],
      { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
      (_request, body, done) => done(null, body),
    )
    scope.post(
      '/v1/traces',
      {
        config: {
          failures: ['ERR_AUDIT_REQUEST_INVALID', 'ERR_AUDIT_RECORD_REFUSED', 'ERR_AUDIT_RECORD_CONFLICT'],
          produces: ['application/json', PROTOBUF],
        },
        schema: {
          tags: ['audit'],
          summary:
            'OTLP spans of a session: answered when they are sealed and durable, with a receipt header',
          security: [{ session: [] }],
        },
      },
      async (request, reply) => {
        const session = authenticator.session(request)
        const body = request.body instanceof Uint8Array ? request.body : new Uint8Array()
        const contentType = request.headers['content-type'] ?? ''
        const spans = await readSpans(session, body, contentType)
        const receipt = await trail.seal(session, spans)
        reply.header(RECEIPT_HEADER, JSON.stringify(receipt))
        const counted = await countOf(session)
        if (counted !== null) reply.header(STATEMENTS_HEADER, String(counted))
        return contentType.startsWith(PROTOBUF)
          ? reply.type(PROTOBUF).send(Buffer.alloc(0))
          : reply.type('application/json').send('{}')
      },
    )
  })
}
