import {
  type CanonicalSpan,
  canonicalAttributes,
  canonicalScope,
  canonicalSpan,
  listOf,
  messageOf,
} from './canonical-span.ts'
import { decodeJson } from './decode-json.ts'
import { decodeProtobuf } from './decode-protobuf.ts'
import type { OtlpMessage } from './otlp-tree.ts'
import { refuseRequest } from './refuse-request.ts'

const decodeBody = (bytes: Uint8Array, contentType: string): OtlpMessage => {
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase()
  switch (mediaType) {
    case 'application/x-protobuf':
      return decodeProtobuf(bytes)
    case 'application/json':
      return decodeJson(bytes)
    default:
      throw refuseRequest('the content type is neither application/x-protobuf nor application/json')
  }
}

/**
 * Reads the body of `POST /v1/traces` (OTLP/HTTP, protobuf or JSON) into spans in canonical form, in their order.
 *
 * Nothing has been authenticated at this point: the spans are what somebody sent.
 *
 * @throws ERR_AUDIT_REQUEST_INVALID for anything that is not understood completely; nothing is taken in part.
 */
export const decodeTraceRequest = (bytes: Uint8Array, contentType: string): CanonicalSpan[] => {
  const request = decodeBody(bytes, contentType)
  const spans = listOf(request.resourceSpans).flatMap((resourceSpans) => {
    const resource = canonicalAttributes(messageOf(resourceSpans.resource).attributes)
    return listOf(resourceSpans.scopeSpans).flatMap((scopeSpans) => {
      const scope = canonicalScope(messageOf(scopeSpans.scope))
      return listOf(scopeSpans.spans).map((span) => canonicalSpan(span, scope, resource))
    })
  })
  const ids = new Set(spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`))
  if (ids.size !== spans.length) throw refuseRequest('two spans have the same trace and span id')
  return spans
}
