import { decodeTraceRequest } from '@snowfence/audit'
import { RECEIPT_HEADER } from '@snowfence/core'
import { assertOwnSpans } from '../../trail/assert-own-spans.ts'
import type { Trail } from '../../trail/trail.ts'
import type { App } from '../app.ts'
import type { Authenticator } from '../authenticate.ts'

export interface TraceRouteOptions {
  readonly authenticator: Authenticator
  readonly trail: Trail
}

const MAX_BODY_BYTES = 8 * 1024 * 1024
const PROTOBUF = 'application/x-protobuf'

/** OTLP/HTTP. In a scope of its own: here a body is bytes, whatever its type. */
export const addTraceRoutes = (app: App, { authenticator, trail }: TraceRouteOptions): void => {
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
        schema: {
          tags: ['audit'],
          summary:
            'OTLP spans of a session: answered when they are sealed and durable, with a receipt header',
          security: [{ session: [] }],
        },
      },
      async (request, reply) => {
        const session = await authenticator.session(request)
        const body = request.body instanceof Uint8Array ? request.body : new Uint8Array()
        const contentType = request.headers['content-type'] ?? ''
        const spans = decodeTraceRequest(body, contentType)
        assertOwnSpans(session, spans)
        const receipt = await trail.seal(session, spans)
        reply.header(RECEIPT_HEADER, JSON.stringify(receipt))
        return contentType.startsWith(PROTOBUF)
          ? reply.type(PROTOBUF).send(Buffer.alloc(0))
          : reply.type('application/json').send('{}')
      },
    )
  })
}
