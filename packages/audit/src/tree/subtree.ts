import { hashChildren } from './hash.ts'

/**
 * Names one complete subtree: `level` 0 is the leaves, and the node covers the leaves
 * `index * 2^level` up to `(index + 1) * 2^level`.
 */
export interface NodeId {
  readonly level: number
  readonly index: number
}

/** Leaves `start` (included) to `end` (excluded). */
export interface LeafRange {
  readonly start: number
  readonly end: number
}

/** Throws a `TypeError` for what cannot be a number of leaves. */
export const assertTreeSize = (size: number, name: string): void => {
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new TypeError(`\`${name}\` must be a whole number of leaves`)
  }
}

/** The largest power of two that is smaller than `size` (RFC 6962: the k that splits a tree). */
export const splitPoint = (size: number): number => {
  let point = 1
  // Multiplication, since the bit operators of JavaScript end at 2^31.
  while (point * 2 < size) point *= 2
  return point
}

/**
 * The complete subtrees that make up a range, from left to right.
 *
 * INVARIANT: `start` is a multiple of the largest power of two below the range's length, which holds for every
 * range that RFC 6962's recursion names.
 */
export const completeSubtrees = ({ start, end }: LeafRange): NodeId[] => {
  const nodes: NodeId[] = []
  let position = start
  while (position < end) {
    let level = 0
    let width = 1
    while (width * 2 <= end - position && position % (width * 2) === 0) {
      width *= 2
      level += 1
    }
    nodes.push({ level, index: position / width })
    position += width
  }
  return nodes
}

/** Root over complete subtrees given from left to right: the ragged right edge is folded from its end. */
export const foldSubtrees = (hashes: readonly Uint8Array[]): Uint8Array => {
  const last = hashes.at(-1)
  if (last === undefined) throw new TypeError('there is nothing to fold')
  return hashes.slice(0, -1).reduceRight((right, left) => hashChildren(left, right), last)
}
