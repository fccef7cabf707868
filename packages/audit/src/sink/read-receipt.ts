import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { RECEIPT_HEADER, type Receipt, receiptSchema } from '@snowfence/core'
import type { HttpAnswer } from '@snowfence/core/http'
import { HASH_LENGTH } from '../tree/hash.ts'
import { notDurable } from './not-durable.ts'

const parseReceipt = (header: string | string[] | undefined): Receipt | null => {
  if (typeof header !== 'string') return null
  let value: unknown
  try {
    value = JSON.parse(header)
  } catch {
    return null
  }
  const { data } = receiptSchema.safeParse(value)
  if (data === undefined) return null
  const rootHash = Buffer.from(data.rootHash, 'base64')
  const isHash = rootHash.length === HASH_LENGTH && rootHash.toString('base64') === data.rootHash
  const held = new Set(data.held)
  // A record that was held before this request stands in the tree, and before what the request added.
  const arePlaces =
    held.size === (data.held?.length ?? 0) && [...held].every((index) => index < data.firstLeaf)
  return isHash && arePlaces && data.firstLeaf + data.leaves <= data.treeSize ? data : null
}

const countRejected = ({ body, headers }: HttpAnswer): number => {
  if (body.length === 0) return 0
  const isJson = String(headers['content-type'] ?? '').startsWith('application/json')
  const answer = isJson
    ? JSON.parse(Buffer.from(body).toString('utf8'))
    : ProtobufTraceSerializer.deserializeResponse(body)
  return Number(answer?.partialSuccess?.rejectedSpans ?? 0)
}

/**
 * The receipt of a successful answer, which must cover every span of the request: the broker added it, or held it from
 * an earlier try and says where.
 *
 * @param sentBefore how many of the spans an earlier request carried: the broker can hold no other ones.
 * @throws ERR_AUDIT_NOT_DURABLE with cause `receipt-invalid`, or `refused` when OTLP's partial success says so.
 */
export const readReceipt = (answer: HttpAnswer, spans: number, sentBefore: number): Receipt => {
  let rejected: number
  try {
    rejected = countRejected(answer)
  } catch {
    throw notDurable('receipt-invalid', { reason: 'the body is not an OTLP answer' })
  }
  if (rejected !== 0) throw notDurable('refused', { rejected })
  const receipt = parseReceipt(answer.headers[RECEIPT_HEADER])
  if (receipt === null)
    throw notDurable('receipt-invalid', { reason: `the header ${RECEIPT_HEADER} is not a receipt` })
  const held = receipt.held?.length ?? 0
  if (receipt.leaves + held !== spans || held > sentBefore) {
    throw notDurable('receipt-invalid', {
      reason: 'the receipt does not cover the records',
      leaves: receipt.leaves,
      held,
      spans,
    })
  }
  return receipt
}
