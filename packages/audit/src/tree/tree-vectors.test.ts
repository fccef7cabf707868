import { describe, expect, it } from 'vitest'
import { createAuditTree } from './audit-tree.ts'
import { emptyRoot, hashLeaf } from './hash.ts'
import { createMemoryTreeStore } from './memory-tree-store.ts'
import { verifyConsistency, verifyInclusion } from './verify-proof.ts'

// The inputs, roots and proofs by which Certificate Transparency's own implementations are tested.
const inputs = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const inclusionVectors = [
  { index: 0, size: 1, proof: [] },
  {
    index: 0,
    size: 8,
    proof: [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  },
  {
    index: 5,
    size: 8,
    proof: [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  },
  {
    index: 2,
    size: 3,
    proof: ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
  },
  {
    index: 1,
    size: 5,
    proof: [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  },
]
const consistencyVectors = [
  { first: 1, second: 1, proof: [] },
  {
    first: 1,
    second: 8,
    proof: [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  },
  {
    first: 6,
    second: 8,
    proof: [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  },
  {
    first: 2,
    second: 5,
    proof: [
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  },
]

const toHex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex')
const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
const leafHashes = inputs.map((input) => hashLeaf(fromHex(input)))
const grownTree = async () => {
  const tree = createAuditTree(createMemoryTreeStore())
  await tree.append(leafHashes)
  return tree
}

describe('the tree is the one of RFC 6962', () => {
  it('has the hash of nothing as the root without leaves', () => {
    expect(toHex(emptyRoot())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })

  it('gives the published root at every size, appended one by one and at once', async () => {
    const single = createAuditTree(createMemoryTreeStore())
    const heads: string[] = []
    for (const hash of leafHashes) heads.push(toHex((await single.append([hash])).head.root))
    expect(heads).toEqual(roots)
    const atOnce = await grownTree()
    for (const [position, root] of roots.entries()) {
      expect(toHex((await atOnce.head(position + 1)).root)).toBe(root)
    }
  })

  it.each(inclusionVectors)('proves leaf $index in $size as published', async ({ index, size, proof }) => {
    const tree = await grownTree()
    expect((await tree.inclusionProof(index, size)).map(toHex)).toEqual(proof)
    const claim = { leafHash: leafHashes[index]!, index, size, root: fromHex(roots[size - 1]!) }
    expect(verifyInclusion({ ...claim, proof: proof.map(fromHex) })).toBe(true)
  })

  it.each(consistencyVectors)('proves $first as the beginning of $second as published', async (vector) => {
    const { first, second, proof } = vector
    const tree = await grownTree()
    expect((await tree.consistencyProof(first, second)).map(toHex)).toEqual(proof)
    const claim = {
      firstSize: first,
      firstRoot: fromHex(roots[first - 1]!),
      secondSize: second,
      secondRoot: fromHex(roots[second - 1]!),
    }
    expect(verifyConsistency({ ...claim, proof: proof.map(fromHex) })).toBe(true)
  })

  it('refuses proofs beyond its end', async () => {
    const tree = await grownTree()
    await expect(tree.inclusionProof(0, 9)).rejects.toThrow(TypeError)
    await expect(tree.inclusionProof(8, 8)).rejects.toThrow(TypeError)
    await expect(tree.consistencyProof(5, 4)).rejects.toThrow(TypeError)
    await expect(tree.consistencyProof(-1, 4)).rejects.toThrow(TypeError)
    await expect(tree.head(9)).rejects.toThrow(TypeError)
  })

  it('verifies nothing that is not a proof of this very claim', () => {
    const { index, size, proof } = inclusionVectors[1]!
    const claim = {
      leafHash: leafHashes[index]!,
      index,
      size,
      root: fromHex(roots[size - 1]!),
      proof: proof.map(fromHex),
    }
    expect(verifyInclusion(claim)).toBe(true)
    expect(verifyInclusion({ ...claim, index: 1 })).toBe(false)
    expect(verifyInclusion({ ...claim, size: 4 })).toBe(false)
    expect(verifyInclusion({ ...claim, index: 8 })).toBe(false)
    expect(verifyInclusion({ ...claim, index: -1 })).toBe(false)
    expect(verifyInclusion({ ...claim, leafHash: leafHashes[1]! })).toBe(false)
    expect(verifyInclusion({ ...claim, proof: claim.proof.slice(1) })).toBe(false)
    expect(verifyInclusion({ ...claim, proof: [...claim.proof, claim.root] })).toBe(false)
    expect(verifyInclusion({ ...claim, proof: claim.proof.map((hash) => hash.slice(1)) })).toBe(false)
  })

  it('does not take an inner node for a leaf', () => {
    // The second preimage that the prefixes are for: two leaf hashes in a row as if they were one record.
    const forged = Buffer.concat([leafHashes[0]!, leafHashes[1]!])
    expect(toHex(hashLeaf(forged))).not.toBe(roots[1])
  })

  it('lets any head follow the empty tree, and only the empty root stand for it', () => {
    const secondRoot = fromHex(roots[2]!)
    const claim = { firstSize: 0, secondSize: 3, secondRoot, proof: [] }
    expect(verifyConsistency({ ...claim, firstRoot: emptyRoot() })).toBe(true)
    expect(verifyConsistency({ ...claim, firstRoot: secondRoot })).toBe(false)
    expect(verifyConsistency({ ...claim, firstRoot: emptyRoot(), proof: [secondRoot] })).toBe(false)
  })
})
