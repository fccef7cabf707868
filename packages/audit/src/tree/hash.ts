import { createHash } from 'node:crypto'

/** Length of every hash of the tree, in bytes. */
export const HASH_LENGTH = 32

// RFC 6962, section 2.1: one-byte prefixes keep a leaf from being passed off as a node and the reverse.
const LEAF_PREFIX = Uint8Array.of(0)
const NODE_PREFIX = Uint8Array.of(1)

/** Root of a tree without leaves: the hash of nothing. */
export const emptyRoot = (): Uint8Array => createHash('sha256').digest()

/** Hash of one record's bytes as a leaf. */
export const hashLeaf = (record: Uint8Array | string): Uint8Array =>
  createHash('sha256').update(LEAF_PREFIX).update(record).digest()

/** Hash of an inner node over its two children. */
export const hashChildren = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  createHash('sha256').update(NODE_PREFIX).update(left).update(right).digest()

export const isSameHash = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, index) => byte === right[index])
