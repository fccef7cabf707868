import { type FieldDefinition, type FieldKind, type MessageName, otlpMessages } from './otlp-messages.ts'
import {
  createMessageBudget,
  MAX_MESSAGE_DEPTH,
  type MessageBudget,
  type OtlpField,
  type OtlpMessage,
} from './otlp-tree.ts'
import { refuseRequest } from './refuse-request.ts'

const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n
const UINT64_MAX = 2n ** 64n - 1n
const UINT32_MAX = 2 ** 32 - 1

const readInteger = (value: unknown, least: bigint, most: bigint, path: string): bigint => {
  const isNumber = typeof value === 'number' && Number.isSafeInteger(value)
  const isText = typeof value === 'string' && /^-?\d{1,20}$/.test(value)
  if (!isNumber && !isText) throw refuseRequest(`${path} is not an integer`)
  const integer = BigInt(value as string | number)
  if (integer < least || integer > most) throw refuseRequest(`${path} is out of range`)
  return integer
}

const readDouble = (value: unknown, path: string): number => {
  if (typeof value === 'number') return value
  switch (value) {
    case 'NaN':
      return Number.NaN
    case 'Infinity':
      return Number.POSITIVE_INFINITY
    case '-Infinity':
      return Number.NEGATIVE_INFINITY
    default:
      throw refuseRequest(`${path} is not a number`)
  }
}

/** OTLP/JSON: ids are hex in any case, every other bytes field is base64. */
const readBytes = (value: unknown, field: FieldDefinition, path: string): Uint8Array => {
  if (typeof value !== 'string') throw refuseRequest(`${path} is not text`)
  const encoding = field.name === 'bytesValue' ? 'base64' : 'hex'
  const bytes = Uint8Array.from(Buffer.from(value, encoding))
  const again = Buffer.from(bytes).toString(encoding)
  if (again !== (encoding === 'hex' ? value.toLowerCase() : value)) {
    throw refuseRequest(`${path} is not ${encoding}`)
  }
  return bytes
}

const readField = (
  value: unknown,
  field: FieldDefinition,
  path: string,
  depth: number,
  budget: MessageBudget,
): OtlpField => {
  const kind: FieldKind = field.kind
  if (typeof kind === 'object') return readMessage(value, kind.message, path, depth + 1, budget)
  switch (kind) {
    case 'string':
      if (typeof value !== 'string') throw refuseRequest(`${path} is not text`)
      // UTF-8 has no form for half a character, and protobuf would refuse it.
      if (/\p{Surrogate}/u.test(value)) throw refuseRequest(`${path} is not well-formed text`)
      return value
    case 'bytes':
      return readBytes(value, field, path)
    case 'bool':
      if (typeof value !== 'boolean') throw refuseRequest(`${path} is not true or false`)
      return value
    case 'double':
      return readDouble(value, path)
    case 'int64':
      return readInteger(value, INT64_MIN, INT64_MAX, path)
    case 'fixed64':
      return readInteger(value, 0n, UINT64_MAX, path)
    case 'uint32':
    case 'fixed32':
    case 'enum':
      return Number(readInteger(value, 0n, BigInt(UINT32_MAX), path))
    default:
      return kind satisfies never
  }
}

const readMessage = (
  value: unknown,
  name: MessageName,
  path: string,
  depth: number,
  budget: MessageBudget,
): OtlpMessage => {
  budget.left -= 1
  if (budget.left < 0) throw refuseRequest('it holds too many messages')
  if (depth > MAX_MESSAGE_DEPTH) throw refuseRequest('values are nested too deeply')
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refuseRequest(`${path} is not an object`)
  }
  const fields = Object.values(otlpMessages[name])
  const message: Record<string, OtlpField> = {}
  const oneofs = new Map<string, string>()
  for (const [key, member] of Object.entries(value)) {
    const field = fields.find((candidate) => candidate.name === key)
    if (field === undefined) throw refuseRequest(`${path} has a member that is not known`)
    // Protobuf's JSON form lets null stand for an absent field.
    if (member === null || member === undefined) continue
    const memberPath = `${path}.${key}`
    if (field.oneof !== undefined) {
      const rival = oneofs.get(field.oneof)
      if (rival !== undefined) throw refuseRequest(`${path} holds both ${rival} and ${key}`)
      oneofs.set(field.oneof, key)
    }
    if (field.repeated) {
      if (!Array.isArray(member)) throw refuseRequest(`${memberPath} is not a list`)
      message[key] = member.map((item) => readField(item, field, memberPath, depth, budget))
    } else {
      message[key] = readField(member, field, memberPath, depth, budget)
    }
  }
  return message
}

/**
 * Reads an OTLP `ExportTraceServiceRequest` in JSON, as strictly as the protobuf form is read.
 *
 * @throws ERR_AUDIT_REQUEST_INVALID
 */
export const decodeJson = (bytes: Uint8Array): OtlpMessage => {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw refuseRequest('it is not JSON')
  }
  return readMessage(value, 'ExportTraceServiceRequest', 'request', 0, createMessageBudget())
}
