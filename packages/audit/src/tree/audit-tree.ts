import { SnowfenceError } from '@snowfence/core'
import { appendLeaves, emptyFrontier, type Frontier, frontierNodes, frontierRoot } from './frontier.ts'
import { emptyRoot } from './hash.ts'
import { consistencyRanges, inclusionRanges } from './proof-ranges.ts'
import { assertTreeSize, completeSubtrees, foldSubtrees, type LeafRange } from './subtree.ts'
import type { TreeStore } from './tree-store.ts'

/** A tree's size and its RFC 6962 root. */
export interface TreeHead {
  readonly size: number
  readonly root: Uint8Array
}

/** An append-only RFC 6962 hash tree over a store. */
export interface AuditTree {
  /** Appends leaf hashes in this order; resolves when they are durable. */
  append(leafHashes: readonly Uint8Array[]): Promise<{ readonly firstLeaf: number; readonly head: TreeHead }>
  /** The head now, or the one that the tree had at an earlier size. */
  head(size?: number): Promise<TreeHead>
  /** Proves that leaf `index` is in the tree of `size` leaves. */
  inclusionProof(index: number, size: number): Promise<Uint8Array[]>
  /** Proves that the tree of `first` leaves is the beginning of the tree of `second` leaves. */
  consistencyProof(first: number, second: number): Promise<Uint8Array[]>
  /** What an export carries beside a checkpoint: the leaf hashes since `from`, and the frontier at `size`. */
  evidence(from: number, size: number): Promise<TreeEvidence>
}

export interface TreeEvidence {
  /** Hashes of the leaves `from` to `size - 1`. */
  readonly leaves: readonly Uint8Array[]
  readonly frontier: readonly Uint8Array[]
}

const MAX_APPEND_ATTEMPTS = 16

/** Opens a tree over what the store holds. Several trees, also in several processes, may share one store. */
export const createAuditTree = (store: TreeStore): AuditTree => {
  // The right edge as this process last knew it: saves a read per append while nobody else appends.
  let known: Frontier = emptyFrontier

  const frontierAt = async (size: number): Promise<Frontier> =>
    size === known.size ? known : { size, hashes: await store.read(frontierNodes(size)) }

  const hashRanges = async (ranges: readonly LeafRange[]): Promise<Uint8Array[]> => {
    const parts = ranges.map(completeSubtrees)
    const hashes = await store.read(parts.flat())
    let position = 0
    return parts.map(({ length }) => {
      position += length
      return foldSubtrees(hashes.slice(position - length, position))
    })
  }

  const assertReached = async (size: number): Promise<void> => {
    assertTreeSize(size, 'size')
    if (size > (await store.size())) throw new TypeError('`size` is beyond the end of the tree')
  }

  return {
    append: async (leafHashes) => {
      for (let attempt = 0; attempt < MAX_APPEND_ATTEMPTS; attempt += 1) {
        const before = await frontierAt(await store.size())
        const { frontier, nodes } = appendLeaves(before, leafHashes)
        if (nodes.length === 0 || (await store.append(before.size, frontier.size, nodes))) {
          known = frontier
          return { firstLeaf: before.size, head: { size: frontier.size, root: frontierRoot(frontier) } }
        }
      }
      throw new SnowfenceError('ERR_AUDIT_NOT_DURABLE', {
        message: `the audit tree was appended to by others ${MAX_APPEND_ATTEMPTS} times in a row`,
      })
    },
    head: async (size) => {
      const wanted = size ?? (await store.size())
      if (size !== undefined) await assertReached(size)
      return { size: wanted, root: wanted === 0 ? emptyRoot() : frontierRoot(await frontierAt(wanted)) }
    },
    inclusionProof: async (index, size) => {
      await assertReached(size)
      return hashRanges(inclusionRanges(index, size))
    },
    consistencyProof: async (first, second) => {
      await assertReached(second)
      return hashRanges(consistencyRanges(first, second))
    },
    evidence: async (from, size) => {
      await assertReached(size)
      assertTreeSize(size - from, 'size - from')
      const nodes = Array.from({ length: size - from }, (_, offset) => ({ level: 0, index: from + offset }))
      return { leaves: await store.read(nodes), frontier: (await frontierAt(size)).hashes }
    },
  }
}
