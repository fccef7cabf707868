import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { CanonicalSpan } from './canonical-span.ts'
import { decodeTraceRequest } from './decode-trace-request.ts'
import { refuseRequest } from './refuse-request.ts'

/**
 * The canonical form of spans of this process, by way of the wire: byte for byte what a broker makes of them.
 *
 * @throws ERR_AUDIT_REQUEST_INVALID when a span cannot be written as OTLP.
 */
export const canonicalSpans = (spans: readonly ReadableSpan[]): CanonicalSpan[] => {
  const body = ProtobufTraceSerializer.serializeRequest([...spans])
  if (body === undefined) throw refuseRequest('the spans could not be serialised')
  return decodeTraceRequest(body, 'application/x-protobuf')
}
