import * as z from 'zod'

/** The response header of `POST /v1/traces` that carries the receipt, as compact JSON. */
export const RECEIPT_HEADER = 'snowfence-receipt'

/**
 * The response header of `POST /v1/traces` that says how many statements of the session's principal were let through in
 * the last hour, those of the request among them, over all its sessions and connections: a decimal number.
 */
export const STATEMENTS_HEADER = 'snowfence-statements-this-hour'

/** The broker's word that records are durable and sealed: where they stand in the tree, and the head that covers them. */
export const receiptSchema = z.strictObject({
  /** Index of the first record of the request in the tree. */
  firstLeaf: z.int().min(0),
  /** How many records were added. */
  leaves: z.int().min(0),
  /**
   * Where the records of the request stand that were sealed before, in the order of the request: a retry after a lost
   * answer. Absent when there are none. `leaves` and these together are all records of the request.
   */
  held: z.array(z.int().min(0)).min(1).optional(),
  treeSize: z.int().min(0),
  /** Base64 of the RFC 6962 root over `treeSize` leaves. */
  rootHash: z.string(),
})
export type Receipt = z.infer<typeof receiptSchema>
