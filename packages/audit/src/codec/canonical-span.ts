import type { OtlpField, OtlpMessage } from './otlp-tree.ts'
import { refuseRequest } from './refuse-request.ts'

/**
 * An attribute's value in canonical form.
 *
 * Text, booleans and lists stand for themselves, and so do integers that a double holds exactly. Everything else
 * is an object with one member that names its type, so that two different values never look alike.
 */
export type CanonicalValue =
  | string
  | boolean
  | number
  | null
  | readonly CanonicalValue[]
  | { readonly int: string }
  | { readonly double: number | 'NaN' | 'Infinity' | '-Infinity' | '-0' }
  | { readonly bytes: string }
  | { readonly map: CanonicalAttributes }

export interface CanonicalAttributes {
  readonly [key: string]: CanonicalValue
}

/** One span, independent of the encoding it arrived in. Absent and empty are the same: `null`, `''`, `{}` or `[]`. */
export interface CanonicalSpan {
  /** 32 hex digits. */
  readonly traceId: string
  /** 16 hex digits. */
  readonly spanId: string
  readonly parentSpanId: string | null
  readonly traceState: string
  readonly flags: number
  readonly name: string
  /** OTLP's number: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number
  /** Nanoseconds since 1970 as decimal digits: a double cannot hold them. */
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly status: { readonly code: number; readonly message: string }
  readonly attributes: CanonicalAttributes
  readonly events: readonly {
    readonly name: string
    readonly timeUnixNano: string
    readonly attributes: CanonicalAttributes
  }[]
  readonly links: readonly {
    readonly traceId: string
    readonly spanId: string
    readonly traceState: string
    readonly flags: number
    readonly attributes: CanonicalAttributes
  }[]
  /** Attributes, events and links that the producer left out. */
  readonly dropped: { readonly attributes: number; readonly events: number; readonly links: number }
  readonly scope: {
    readonly name: string
    readonly version: string
    readonly attributes: CanonicalAttributes
  }
  readonly resource: CanonicalAttributes
}

// The decoders have checked every field's type against `otlpMessages`, so these only name it.
export const messageOf = (field: OtlpField | undefined): OtlpMessage => (field ?? {}) as OtlpMessage
export const listOf = (field: OtlpField | undefined): readonly OtlpMessage[] =>
  (field ?? []) as readonly OtlpMessage[]
const textOf = (field: OtlpField | undefined): string => (field ?? '') as string
const numberOf = (field: OtlpField | undefined): number => (field ?? 0) as number
const timeOf = (field: OtlpField | undefined): string => String((field ?? 0n) as bigint)

const idOf = (field: OtlpField | undefined, length: number, name: string): string => {
  const bytes = (field ?? new Uint8Array()) as Uint8Array
  if (bytes.length !== length || bytes.every((byte) => byte === 0)) {
    throw refuseRequest(`${name} is not ${length} bytes that are not all zero`)
  }
  return Buffer.from(bytes).toString('hex')
}

const parentOf = (field: OtlpField | undefined): string | null => {
  const bytes = (field ?? new Uint8Array()) as Uint8Array
  // OTLP: no parent is an absent, empty or all-zero id.
  if (bytes.every((byte) => byte === 0) && (bytes.length === 0 || bytes.length === 8)) return null
  return idOf(field, 8, 'parentSpanId')
}

const canonicalDouble = (value: number): CanonicalValue => {
  if (Number.isNaN(value)) return { double: 'NaN' }
  if (value === Number.POSITIVE_INFINITY) return { double: 'Infinity' }
  if (value === Number.NEGATIVE_INFINITY) return { double: '-Infinity' }
  return { double: Object.is(value, -0) ? '-0' : value }
}

const canonicalInteger = (value: bigint): CanonicalValue => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : { int: value.toString() }
}

const canonicalValue = (value: OtlpMessage): CanonicalValue => {
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = value
  if (stringValue !== undefined) return stringValue as string
  if (boolValue !== undefined) return boolValue as boolean
  if (intValue !== undefined) return canonicalInteger(intValue as bigint)
  if (doubleValue !== undefined) return canonicalDouble(doubleValue as number)
  if (bytesValue !== undefined) return { bytes: Buffer.from(bytesValue as Uint8Array).toString('base64') }
  if (arrayValue !== undefined) return listOf(messageOf(arrayValue).values).map(canonicalValue)
  if (kvlistValue !== undefined) return { map: canonicalAttributes(messageOf(kvlistValue).values) }
  return null
}

export const canonicalAttributes = (field: OtlpField | undefined): CanonicalAttributes => {
  // Without a prototype, since a key may be called `__proto__`.
  const attributes: Record<string, CanonicalValue> = Object.create(null)
  for (const { key, value } of listOf(field)) {
    const name = textOf(key)
    if (name === '') throw refuseRequest('an attribute has no key')
    // OTLP wants unique keys. With two of them a viewer could show what the record does not say.
    if (name in attributes) throw refuseRequest('an attribute key is given twice')
    attributes[name] = canonicalValue(messageOf(value))
  }
  return attributes
}

/** Puts one decoded span, with the resource and scope it belongs to, into its canonical form. */
export const canonicalSpan = (
  span: OtlpMessage,
  scope: CanonicalSpan['scope'],
  resource: CanonicalAttributes,
): CanonicalSpan => {
  const status = messageOf(span.status)
  return {
    traceId: idOf(span.traceId, 16, 'traceId'),
    spanId: idOf(span.spanId, 8, 'spanId'),
    parentSpanId: parentOf(span.parentSpanId),
    traceState: textOf(span.traceState),
    flags: numberOf(span.flags),
    name: textOf(span.name),
    kind: numberOf(span.kind),
    startTimeUnixNano: timeOf(span.startTimeUnixNano),
    endTimeUnixNano: timeOf(span.endTimeUnixNano),
    status: { code: numberOf(status.code), message: textOf(status.message) },
    attributes: canonicalAttributes(span.attributes),
    events: listOf(span.events).map((event) => ({
      name: textOf(event.name),
      timeUnixNano: timeOf(event.timeUnixNano),
      attributes: canonicalAttributes(event.attributes),
    })),
    links: listOf(span.links).map((link) => ({
      traceId: idOf(link.traceId, 16, 'link traceId'),
      spanId: idOf(link.spanId, 8, 'link spanId'),
      traceState: textOf(link.traceState),
      flags: numberOf(link.flags),
      attributes: canonicalAttributes(link.attributes),
    })),
    dropped: {
      attributes: numberOf(span.droppedAttributesCount),
      events: numberOf(span.droppedEventsCount),
      links: numberOf(span.droppedLinksCount),
    },
    scope,
    resource,
  }
}

/** The canonical form of a decoded instrumentation scope. */
export const canonicalScope = (scope: OtlpMessage): CanonicalSpan['scope'] => ({
  name: textOf(scope.name),
  version: textOf(scope.version),
  attributes: canonicalAttributes(scope.attributes),
})
