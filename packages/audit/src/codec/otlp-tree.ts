/**
 * A decoded OTLP message, the same from protobuf and JSON: scalars in the forms below, absent fields absent.
 *
 * 64-bit integers are `bigint`, `bytes` (ids and bytes values) are `Uint8Array`.
 */
type OtlpScalar = string | boolean | number | bigint | Uint8Array
export type OtlpField = OtlpScalar | OtlpMessage | readonly OtlpField[]
export interface OtlpMessage {
  readonly [field: string]: OtlpField | undefined
}

/** How deep values may be nested in an attribute: deeper ones have no use but to exhaust the stack. */
const MAX_VALUE_DEPTH = 8
/** The depth of an attribute value's message below the request. */
const MESSAGES_ABOVE_A_VALUE = 6
export const MAX_MESSAGE_DEPTH = MESSAGES_ABOVE_A_VALUE + 2 * MAX_VALUE_DEPTH

/** How many messages a request may hold: an empty one takes two bytes on the wire and far more in memory. */
const MAX_MESSAGES = 250_000

/** Counts the messages of one request. */
export interface MessageBudget {
  left: number
}

export const createMessageBudget = (): MessageBudget => ({ left: MAX_MESSAGES })
