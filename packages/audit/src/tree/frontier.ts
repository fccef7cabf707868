import { emptyRoot, hashChildren } from './hash.ts'
import { completeSubtrees, foldSubtrees, type NodeId } from './subtree.ts'

/** The right edge of a tree: all that is needed to append to it and to know its root. */
export interface Frontier {
  readonly size: number
  /** Hashes of the complete subtrees of the whole tree, from left to right: one per set bit of `size`. */
  readonly hashes: readonly Uint8Array[]
}

export interface NodeHash extends NodeId {
  readonly hash: Uint8Array
}

export const emptyFrontier: Frontier = { size: 0, hashes: [] }

/** The nodes whose hashes a frontier of this size holds, in its order. */
export const frontierNodes = (size: number): NodeId[] => completeSubtrees({ start: 0, end: size })

export const frontierRoot = ({ hashes }: Frontier): Uint8Array =>
  hashes.length === 0 ? emptyRoot() : foldSubtrees(hashes)

/**
 * Appends leaf hashes.
 *
 * Gives the new frontier, and every node that became complete (the leaves themselves included), lower ones first:
 * what a store has to keep so that any proof can be made later.
 */
export const appendLeaves = (
  frontier: Frontier,
  leafHashes: readonly Uint8Array[],
): { readonly frontier: Frontier; readonly nodes: readonly NodeHash[] } => {
  const hashes = [...frontier.hashes]
  const nodes: NodeHash[] = []
  let size = frontier.size
  for (const leafHash of leafHashes) {
    let hash = leafHash
    let index = size
    let level = 0
    nodes.push({ level, index, hash })
    // An odd index closes a subtree: its left sibling is the frontier's last hash.
    while (index % 2 === 1) {
      const left = hashes.pop()
      if (left === undefined) throw new TypeError('the frontier does not hold the hashes of its size')
      hash = hashChildren(left, hash)
      index = (index - 1) / 2
      level += 1
      nodes.push({ level, index, hash })
    }
    hashes.push(hash)
    size += 1
  }
  return { frontier: { size, hashes }, nodes }
}
