import { assertTreeSize, type LeafRange, splitPoint } from './subtree.ts'

/**
 * The subtrees whose hashes prove that leaf `index` is in the tree of `size` leaves, in the proof's order
 * (RFC 6962, section 2.1.1: PATH, from the leaf upwards).
 *
 * @throws TypeError when the leaf is not in the tree.
 */
export const inclusionRanges = (index: number, size: number): LeafRange[] => {
  assertTreeSize(size, 'size')
  assertTreeSize(index, 'index')
  if (index >= size) throw new TypeError('`index` must be below `size`')
  const ranges: LeafRange[] = []
  let start = 0
  let end = size
  while (end - start > 1) {
    const middle = start + splitPoint(end - start)
    if (index < middle) {
      ranges.push({ start: middle, end })
      end = middle
    } else {
      ranges.push({ start, end: middle })
      start = middle
    }
  }
  return ranges.reverse()
}

/**
 * The subtrees whose hashes prove that the tree of `first` leaves is the beginning of the tree of `second` leaves,
 * in the proof's order (RFC 6962, section 2.1.2: SUBPROOF). Empty when the proof needs no hash.
 *
 * @throws TypeError unless 0 <= first <= second.
 */
export const consistencyRanges = (first: number, second: number): LeafRange[] => {
  assertTreeSize(first, 'first')
  assertTreeSize(second, 'second')
  if (first > second) throw new TypeError('`first` must not be above `second`')
  if (first === 0 || first === second) return []
  const ranges: LeafRange[] = []
  let start = 0
  let end = second
  // Whether the old tree's root is this very subtree: then its hash is known to the verifier and left out.
  let isOldRoot = true
  while (end !== first) {
    const middle = start + splitPoint(end - start)
    if (first <= middle) {
      ranges.push({ start: middle, end })
      end = middle
    } else {
      ranges.push({ start, end: middle })
      start = middle
      isOldRoot = false
    }
  }
  if (!isOldRoot) ranges.push({ start, end })
  return ranges.reverse()
}
