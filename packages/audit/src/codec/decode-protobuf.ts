import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { isSnowfenceError } from '@snowfence/core'
import { type FieldDefinition, type FieldKind, type MessageName, otlpMessages } from './otlp-messages.ts'
import {
  createMessageBudget,
  MAX_MESSAGE_DEPTH,
  type MessageBudget,
  type OtlpField,
  type OtlpMessage,
} from './otlp-tree.ts'
import { refuseRequest } from './refuse-request.ts'

const wireTypeOf = (kind: FieldKind): WireType => {
  if (typeof kind === 'object') return WireType.LengthDelimited
  switch (kind) {
    case 'string':
    case 'bytes':
      return WireType.LengthDelimited
    case 'double':
    case 'fixed64':
      return WireType.Bit64
    case 'fixed32':
      return WireType.Bit32
    case 'bool':
    case 'int64':
    case 'uint32':
    case 'enum':
      return WireType.Varint
    default:
      return kind satisfies never
  }
}

const readField = (
  reader: BinaryReader,
  kind: FieldKind,
  depth: number,
  budget: MessageBudget,
): OtlpField => {
  if (typeof kind === 'object') {
    const length = reader.uint32()
    return readMessage(reader, reader.pos + length, kind.message, depth + 1, budget)
  }
  switch (kind) {
    case 'string':
      return reader.string(true)
    case 'bytes':
      // A copy: the reader gives a view, and the request's buffer may be reused by its owner.
      return new Uint8Array(reader.bytes())
    case 'bool':
      return reader.bool()
    case 'double':
      return reader.double()
    case 'int64':
      return BigInt(reader.int64())
    case 'fixed64':
      return BigInt(reader.fixed64())
    case 'uint32':
      return reader.uint32()
    case 'fixed32':
      return reader.fixed32()
    case 'enum':
      return reader.int32()
    default:
      return kind satisfies never
  }
}

/** The fields of each message of which only one may be given. */
const alternatives: ReadonlyMap<string, readonly FieldDefinition[]> = new Map(
  Object.entries(otlpMessages).map(([name, fields]) => [
    name,
    Object.values(fields).filter(({ oneof }) => oneof !== undefined),
  ]),
)

const assertFirst = (message: Record<string, OtlpField>, field: FieldDefinition, name: MessageName): void => {
  // Protobuf lets the last one win, and another reader may not: two readings of one record are refused.
  if (Object.hasOwn(message, field.name)) throw refuseRequest(`${name}.${field.name} is given twice`)
  const { oneof } = field
  if (oneof === undefined) return
  const rival = alternatives
    .get(name)
    ?.find((other) => other.oneof === oneof && Object.hasOwn(message, other.name))
  if (rival !== undefined) throw refuseRequest(`${name} holds both ${rival.name} and ${field.name}`)
}

/** Reads the message that ends at `end`. One reader for all of them: most messages are a few bytes long. */
const readMessage = (
  reader: BinaryReader,
  end: number,
  name: MessageName,
  depth: number,
  budget: MessageBudget,
): OtlpMessage => {
  budget.left -= 1
  if (budget.left < 0) throw refuseRequest('it holds too many messages')
  if (depth > MAX_MESSAGE_DEPTH) throw refuseRequest('values are nested too deeply')
  const message: Record<string, OtlpField> = {}
  while (reader.pos < end) {
    const [number, wireType] = reader.tag()
    const field = otlpMessages[name][number]
    if (field === undefined) {
      // What is not known would be missing from the record that is sealed.
      throw refuseRequest(`${name} has a field ${number} that is not known`)
    }
    if (wireType !== wireTypeOf(field.kind))
      throw refuseRequest(`${name}.${field.name} has a wrong wire type`)
    if (field.repeated) {
      message[field.name] ??= []
      const list = message[field.name] as OtlpField[]
      list.push(readField(reader, field.kind, depth, budget))
    } else {
      assertFirst(message, field, name)
      message[field.name] = readField(reader, field.kind, depth, budget)
    }
  }
  // A field that reaches beyond its message would be read as a part of this one and of the next.
  if (reader.pos !== end) throw refuseRequest(`${name} does not end where it says`)
  return message
}

/**
 * Reads an OTLP `ExportTraceServiceRequest` in protobuf, stricter than protobuf asks: unknown fields, repeated
 * singular fields and text that is not UTF-8 are refused, so that every reader sees one and the same record.
 *
 * @throws ERR_AUDIT_REQUEST_INVALID
 */
export const decodeProtobuf = (bytes: Uint8Array): OtlpMessage => {
  try {
    return readMessage(
      new BinaryReader(bytes),
      bytes.length,
      'ExportTraceServiceRequest',
      0,
      createMessageBudget(),
    )
  } catch (error) {
    if (isSnowfenceError(error)) throw error
    // The reader's own errors are about the wire format; their texts are left out, they could quote the input.
    throw refuseRequest('it is not protobuf in the form of ExportTraceServiceRequest')
  }
}
