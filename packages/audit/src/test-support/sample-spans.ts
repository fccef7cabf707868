import { SpanKind } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { createAuditTracer, parentContext } from '../trail/audit-tracer.ts'

const tracer = createAuditTracer({ serviceName: 'test', producer: 'sdk' })

/** Ended spans that hold nothing but their number. */
export const createSpans = (count: number): ReadableSpan[] =>
  Array.from({ length: count }, (_, number) => {
    const span = tracer.startSpan(
      `span ${number}`,
      { kind: SpanKind.INTERNAL, attributes: { number } },
      parentContext(),
    )
    span.end()
    // The SDK's span is both: the API's type hides what the exporters read.
    return span as unknown as ReadableSpan
  })
