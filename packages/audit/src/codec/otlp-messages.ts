/** How one field of a protobuf message is read. `message` names another entry of `otlpMessages`. */
export type FieldKind =
  | 'string'
  | 'bytes'
  | 'bool'
  | 'double'
  | 'int64'
  | 'fixed64'
  | 'uint32'
  | 'fixed32'
  | 'enum'
  | { readonly message: MessageName }

export interface FieldDefinition {
  readonly name: string
  readonly kind: FieldKind
  readonly repeated?: true
  /** Fields of one `oneof`: the last one on the wire would win, so two of them are refused. */
  readonly oneof?: string
}

export type MessageName =
  | 'ExportTraceServiceRequest'
  | 'ResourceSpans'
  | 'Resource'
  | 'ScopeSpans'
  | 'InstrumentationScope'
  | 'Span'
  | 'SpanEvent'
  | 'SpanLink'
  | 'SpanStatus'
  | 'KeyValue'
  | 'AnyValue'
  | 'ArrayValue'
  | 'KeyValueList'

/**
 * The trace messages of OTLP 1.x by field number, with the names that OTLP/JSON uses
 * (opentelemetry-proto: collector/trace/v1, trace/v1, resource/v1, common/v1).
 */
export const otlpMessages: Readonly<Record<MessageName, Readonly<Record<number, FieldDefinition>>>> = {
  ExportTraceServiceRequest: {
    1: { name: 'resourceSpans', kind: { message: 'ResourceSpans' }, repeated: true },
  },
  ResourceSpans: {
    1: { name: 'resource', kind: { message: 'Resource' } },
    2: { name: 'scopeSpans', kind: { message: 'ScopeSpans' }, repeated: true },
    3: { name: 'schemaUrl', kind: 'string' },
  },
  Resource: {
    1: { name: 'attributes', kind: { message: 'KeyValue' }, repeated: true },
    2: { name: 'droppedAttributesCount', kind: 'uint32' },
  },
  ScopeSpans: {
    1: { name: 'scope', kind: { message: 'InstrumentationScope' } },
    2: { name: 'spans', kind: { message: 'Span' }, repeated: true },
    3: { name: 'schemaUrl', kind: 'string' },
  },
  InstrumentationScope: {
    1: { name: 'name', kind: 'string' },
    2: { name: 'version', kind: 'string' },
    3: { name: 'attributes', kind: { message: 'KeyValue' }, repeated: true },
    4: { name: 'droppedAttributesCount', kind: 'uint32' },
  },
  Span: {
    1: { name: 'traceId', kind: 'bytes' },
    2: { name: 'spanId', kind: 'bytes' },
    3: { name: 'traceState', kind: 'string' },
    4: { name: 'parentSpanId', kind: 'bytes' },
    5: { name: 'name', kind: 'string' },
    6: { name: 'kind', kind: 'enum' },
    7: { name: 'startTimeUnixNano', kind: 'fixed64' },
    8: { name: 'endTimeUnixNano', kind: 'fixed64' },
    9: { name: 'attributes', kind: { message: 'KeyValue' }, repeated: true },
    10: { name: 'droppedAttributesCount', kind: 'uint32' },
    11: { name: 'events', kind: { message: 'SpanEvent' }, repeated: true },
    12: { name: 'droppedEventsCount', kind: 'uint32' },
    13: { name: 'links', kind: { message: 'SpanLink' }, repeated: true },
    14: { name: 'droppedLinksCount', kind: 'uint32' },
    15: { name: 'status', kind: { message: 'SpanStatus' } },
    16: { name: 'flags', kind: 'fixed32' },
  },
  SpanEvent: {
    1: { name: 'timeUnixNano', kind: 'fixed64' },
    2: { name: 'name', kind: 'string' },
    3: { name: 'attributes', kind: { message: 'KeyValue' }, repeated: true },
    4: { name: 'droppedAttributesCount', kind: 'uint32' },
  },
  SpanLink: {
    1: { name: 'traceId', kind: 'bytes' },
    2: { name: 'spanId', kind: 'bytes' },
    3: { name: 'traceState', kind: 'string' },
    4: { name: 'attributes', kind: { message: 'KeyValue' }, repeated: true },
    5: { name: 'droppedAttributesCount', kind: 'uint32' },
    6: { name: 'flags', kind: 'fixed32' },
  },
  SpanStatus: {
    2: { name: 'message', kind: 'string' },
    3: { name: 'code', kind: 'enum' },
  },
  KeyValue: {
    1: { name: 'key', kind: 'string' },
    2: { name: 'value', kind: { message: 'AnyValue' } },
  },
  AnyValue: {
    1: { name: 'stringValue', kind: 'string', oneof: 'value' },
    2: { name: 'boolValue', kind: 'bool', oneof: 'value' },
    3: { name: 'intValue', kind: 'int64', oneof: 'value' },
    4: { name: 'doubleValue', kind: 'double', oneof: 'value' },
    5: { name: 'arrayValue', kind: { message: 'ArrayValue' }, oneof: 'value' },
    6: { name: 'kvlistValue', kind: { message: 'KeyValueList' }, oneof: 'value' },
    7: { name: 'bytesValue', kind: 'bytes', oneof: 'value' },
  },
  ArrayValue: {
    1: { name: 'values', kind: { message: 'AnyValue' }, repeated: true },
  },
  KeyValueList: {
    1: { name: 'values', kind: { message: 'KeyValue' }, repeated: true },
  },
}
