import {
  appendLeaves,
  createAuditTree,
  createMemoryTreeStore,
  emptyFrontier,
  emptyRoot,
  frontierRoot,
  hashChildren,
  hashLeaf,
  verifyConsistency,
  verifyInclusion,
} from '@snowfence/audit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const leaf = (number: number): Uint8Array => hashLeaf(`record ${number}`)
const leaves = (size: number): Uint8Array[] => Array.from({ length: size }, (_, number) => leaf(number))

/** The definition of RFC 6962, section 2.1, word for word: slow, and obviously right. */
const definedRoot = (hashes: readonly Uint8Array[]): Uint8Array => {
  if (hashes.length === 0) return emptyRoot()
  if (hashes.length === 1) return hashes[0]!
  const split = 2 ** Math.floor(Math.log2(hashes.length - 1))
  return hashChildren(definedRoot(hashes.slice(0, split)), definedRoot(hashes.slice(split)))
}

const grow = async (size: number) => {
  const tree = createAuditTree(createMemoryTreeStore())
  await tree.append(leaves(size))
  return tree
}

/** The proof with one bit of one hash turned over. */
const damage = (proof: readonly Uint8Array[], position: number, bit: number): Uint8Array[] =>
  proof.map((hash, index) =>
    index === position % proof.length
      ? hash.map((byte, place) => (place === Math.floor(bit / 8) ? byte ^ (1 << (bit % 8)) : byte))
      : hash,
  )

const sizes = fc.integer({ min: 1, max: 300 })
const bits = fc.integer({ min: 0, max: 255 })

describe('proofs of the audit tree', () => {
  it('every root is the one that RFC 6962 defines, however the leaves were appended', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 12 }), (batches) => {
        let frontier = emptyFrontier
        for (const count of batches) {
          const more = Array.from({ length: count }, (_, offset) => leaf(frontier.size + offset))
          frontier = appendLeaves(frontier, more).frontier
        }
        expect(frontierRoot(frontier)).toEqual(definedRoot(leaves(frontier.size)))
      }),
    )
  })

  it('every leaf proves its inclusion, and no damaged proof does', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), fc.nat(), bits, async (size, pick, position, bit) => {
        const index = pick % size
        const tree = await grow(size)
        const { root } = await tree.head()
        const proof = await tree.inclusionProof(index, size)
        const claim = { leafHash: leaf(index), index, size, root }
        expect(verifyInclusion({ ...claim, proof })).toBe(true)
        expect(verifyInclusion({ ...claim, proof, leafHash: leaf(size) })).toBe(false)
        expect(verifyInclusion({ ...claim, proof: [...proof, root] })).toBe(false)
        if (proof.length > 0) {
          expect(verifyInclusion({ ...claim, proof: damage(proof, position, bit) })).toBe(false)
          expect(verifyInclusion({ ...claim, proof: proof.slice(0, -1) })).toBe(false)
        }
      }),
    )
  })

  it('a leaf proves its inclusion at no other place', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 300 }), fc.nat(), fc.nat(), async (size, pick, other) => {
        const index = pick % size
        const elsewhere = (index + 1 + (other % (size - 1))) % size
        const tree = await grow(size)
        const { root } = await tree.head()
        const proof = await tree.inclusionProof(index, size)
        expect(verifyInclusion({ leafHash: leaf(index), index: elsewhere, size, root, proof })).toBe(false)
      }),
    )
  })

  it('every head proves its past, and no damaged proof does', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), fc.nat(), bits, async (secondSize, pick, position, bit) => {
        const firstSize = pick % (secondSize + 1)
        const tree = await grow(secondSize)
        const firstRoot = (await tree.head(firstSize)).root
        const secondRoot = (await tree.head()).root
        const proof = await tree.consistencyProof(firstSize, secondSize)
        const claim = { firstSize, firstRoot, secondSize, secondRoot }
        expect(verifyConsistency({ ...claim, proof })).toBe(true)
        expect(verifyConsistency({ ...claim, proof: [...proof, secondRoot] })).toBe(false)
        if (proof.length > 0) {
          expect(verifyConsistency({ ...claim, proof: damage(proof, position, bit) })).toBe(false)
          expect(verifyConsistency({ ...claim, proof: proof.slice(1) })).toBe(false)
        }
      }),
    )
  })

  it('a tree with a rewritten past never proves the head it had', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 120 }),
        fc.nat(),
        fc.nat({ max: 80 }),
        async (size, pick, more) => {
          const honest = await grow(size)
          const firstRoot = (await honest.head()).root
          const forged = createAuditTree(createMemoryTreeStore())
          await forged.append(
            leaves(size + more).map((hash, index) => (index === pick % size ? leaf(-1) : hash)),
          )
          const secondRoot = (await forged.head()).root
          const proof = await forged.consistencyProof(size, size + more)
          const claim = { firstSize: size, firstRoot, secondSize: size + more, secondRoot }
          expect(verifyConsistency({ ...claim, proof })).toBe(false)
        },
      ),
    )
  })
})
