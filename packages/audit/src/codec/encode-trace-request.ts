import type { CanonicalAttributes, CanonicalSpan, CanonicalValue } from './canonical-span.ts'

const encodeValue = (value: CanonicalValue): Record<string, unknown> => {
  if (value === null) return {}
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number') return { intValue: String(value) }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(encodeValue) } }
  if ('int' in value) return { intValue: value.int }
  if ('double' in value) return { doubleValue: value.double === '-0' ? -0 : value.double }
  if ('bytes' in value) return { bytesValue: value.bytes }
  return { kvlistValue: { values: encodeAttributes((value as { map: CanonicalAttributes }).map) } }
}

const encodeAttributes = (attributes: CanonicalAttributes) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: encodeValue(value) }))

const encodeSpan = (span: CanonicalSpan, extra: CanonicalAttributes) => ({
  traceId: span.traceId,
  spanId: span.spanId,
  ...(span.parentSpanId === null ? {} : { parentSpanId: span.parentSpanId }),
  traceState: span.traceState,
  flags: span.flags,
  name: span.name,
  kind: span.kind,
  startTimeUnixNano: span.startTimeUnixNano,
  endTimeUnixNano: span.endTimeUnixNano,
  status: span.status,
  attributes: encodeAttributes({ ...span.attributes, ...extra }),
  events: span.events.map((event) => ({ ...event, attributes: encodeAttributes(event.attributes) })),
  links: span.links.map((link) => ({ ...link, attributes: encodeAttributes(link.attributes) })),
  droppedAttributesCount: span.dropped.attributes,
  droppedEventsCount: span.dropped.events,
  droppedLinksCount: span.dropped.links,
})

/**
 * Writes spans as an OTLP/JSON `ExportTraceServiceRequest`, to forward what was sealed to Jaeger or any collector.
 *
 * `extra` gives attributes to add to a span, for example the hash of its sealed record, by which the two can be compared.
 */
export const encodeTraceRequest = (
  spans: readonly CanonicalSpan[],
  extra: (span: CanonicalSpan) => CanonicalAttributes = () => ({}),
): string =>
  JSON.stringify({
    resourceSpans: spans.map((span) => ({
      resource: { attributes: encodeAttributes(span.resource) },
      scopeSpans: [
        {
          scope: { ...span.scope, attributes: encodeAttributes(span.scope.attributes) },
          spans: [encodeSpan(span, extra(span))],
        },
      ],
    })),
  })
