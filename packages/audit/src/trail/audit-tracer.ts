import { randomUUID } from 'node:crypto'
import {
  type Context,
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type SpanContext,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AlwaysOnSampler, type IdGenerator, TracerProvider } from '@opentelemetry/sdk-trace'
import { auditAttributes, MAX_LIST_ENTRIES } from '../schema/audit-attributes.ts'

export interface AuditTracerOptions {
  readonly serviceName: string
  readonly producer: 'sdk' | 'broker'
}

/** Every attribute of the schema, each with its `overflow`, `shortened` and `digest`. */
const MAX_ATTRIBUTES = 4 * Object.keys(auditAttributes).length

const randomHex = (): string => randomUUID().replaceAll('-', '')

/**
 * Ids identify records, so they come from the system's generator and not from `Math.random`; by way of UUIDs, since
 * Node draws the randomness for many of those at once. The last 16 digits hold 62 random bits.
 */
const randomIds: IdGenerator = {
  generateTraceId: randomHex,
  generateSpanId: () => randomHex().slice(16),
}

/**
 * A tracer of our own: never registered globally, never sampled away, without the application's processors.
 * Its spans end in the caller's hands.
 */
export const createAuditTracer = ({ serviceName, producer }: AuditTracerOptions): Tracer => {
  const provider = new TracerProvider({
    sampler: new AlwaysOnSampler(),
    idGenerator: randomIds,
    resource: resourceFromAttributes({ 'service.name': serviceName, 'snowfence.producer': producer }),
    // Lists and texts are bounded by the schema; the provider's own limits would cut without a trace.
    spanLimits: { attributeCountLimit: MAX_ATTRIBUTES, linkCountLimit: MAX_LIST_ENTRIES, eventCountLimit: 0 },
  })
  return provider.getTracer('@snowfence/audit', '1')
}

/**
 * The context below which audit spans start: the ids of the application's active span as parent, and nothing else of
 * its context. A context can also say "do not trace" (`suppressTracing`), and a program must not be able to switch its
 * audit off; a trace state can hold any text, and none of it belongs into the trail.
 */
export const parentContext = (
  parent: SpanContext | undefined = trace.getSpanContext(context.active()),
): Context => {
  if (parent === undefined || !isSpanContextValid(parent)) return ROOT_CONTEXT
  const { traceId, spanId, traceFlags, isRemote } = parent
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags,
    ...(isRemote === undefined ? {} : { isRemote }),
  })
}
