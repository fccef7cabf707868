import { emptyRoot, HASH_LENGTH, hashChildren, isSameHash } from './hash.ts'

const isWholeNumber = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
const areHashes = (hashes: readonly Uint8Array[]): boolean =>
  hashes.every((hash) => hash.length === HASH_LENGTH)

/** Whether `proof` shows that the leaf is at `index` of the tree with this size and root (RFC 9162, section 2.1.3.2). */
export const verifyInclusion = (claim: {
  readonly leafHash: Uint8Array
  readonly index: number
  readonly size: number
  readonly root: Uint8Array
  readonly proof: readonly Uint8Array[]
}): boolean => {
  const { leafHash, index, size, root, proof } = claim
  if (!isWholeNumber(index) || !isWholeNumber(size) || index >= size) return false
  if (!areHashes([leafHash, root, ...proof])) return false
  let position = index
  let last = size - 1
  let hash = leafHash
  for (const sibling of proof) {
    if (last === 0) return false
    if (position % 2 === 1 || position === last) {
      hash = hashChildren(sibling, hash)
      while (position % 2 === 0 && position !== 0) {
        position /= 2
        last = Math.floor(last / 2)
      }
    } else {
      hash = hashChildren(hash, sibling)
    }
    position = Math.floor(position / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && isSameHash(hash, root)
}

/** Whether `proof` shows that the first tree is the beginning of the second (RFC 9162, section 2.1.4.2). */
export const verifyConsistency = (claim: {
  readonly firstSize: number
  readonly firstRoot: Uint8Array
  readonly secondSize: number
  readonly secondRoot: Uint8Array
  readonly proof: readonly Uint8Array[]
}): boolean => {
  const { firstSize, firstRoot, secondSize, secondRoot, proof } = claim
  if (!isWholeNumber(firstSize) || !isWholeNumber(secondSize) || firstSize > secondSize) return false
  if (!areHashes([firstRoot, secondRoot, ...proof])) return false
  if (firstSize === secondSize) return proof.length === 0 && isSameHash(firstRoot, secondRoot)
  // Every tree begins with the empty one: there is nothing to prove but that root.
  if (firstSize === 0) return proof.length === 0 && isSameHash(firstRoot, emptyRoot())

  let position = firstSize - 1
  let last = secondSize - 1
  while (position % 2 === 1) {
    position = Math.floor(position / 2)
    last = Math.floor(last / 2)
  }
  // When the first tree is one complete subtree, its root is the proof's unwritten first hash.
  const hashes = position === 0 ? [firstRoot, ...proof] : proof
  const [start, ...rest] = hashes
  if (start === undefined) return false
  let first = start
  let second = start
  for (const hash of rest) {
    if (last === 0) return false
    if (position % 2 === 1 || position === last) {
      first = hashChildren(hash, first)
      second = hashChildren(hash, second)
      while (position % 2 === 0 && position !== 0) {
        position /= 2
        last = Math.floor(last / 2)
      }
    } else {
      second = hashChildren(second, hash)
    }
    position = Math.floor(position / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && isSameHash(first, firstRoot) && isSameHash(second, secondRoot)
}
