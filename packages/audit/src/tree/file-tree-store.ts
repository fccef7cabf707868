import { open } from 'node:fs/promises'
import { SnowfenceError } from '@snowfence/core'
import { oneAtATime } from '../one-at-a-time.ts'
import { HASH_LENGTH } from './hash.ts'
import type { NodeId } from './subtree.ts'
import type { TreeStore } from './tree-store.ts'

export interface FileTreeStore extends TreeStore {
  close(): Promise<void>
}

const countSetBits = (value: number): number => {
  let bits = 0
  for (let rest = value; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2
  return bits
}

/** How many complete subtrees a tree of this size has: one per leaf, and one fewer per leaf for each open end. */
const nodesOf = (size: number): number => 2 * size - countSetBits(size)

/** Place of a node in the file: nodes are written in the order in which they become complete. */
const positionOf = ({ level, index }: NodeId): number => {
  const lastLeaf = (index + 1) * 2 ** level - 1
  return nodesOf(lastLeaf) + level
}

/** The largest tree whose nodes are all among the first `nodes` of a file. */
const sizeOf = (nodes: number): number => {
  let size = Math.floor(nodes / 2)
  while (nodesOf(size + 1) <= nodes) size += 1
  return size
}

/**
 * Keeps the hashes in one append-only file, 32 bytes each, where a node's place follows from its level and index.
 *
 * An append that a crash cut short is dropped at the next opening: it was never acknowledged. One process at a time.
 *
 * @throws ERR_AUDIT_STORE_CORRUPT when a hash cannot be read.
 */
export const openFileTreeStore = async (file: string): Promise<FileTreeStore> => {
  const handle = await open(file, 'a+', 0o600)
  const { size: length } = await handle.stat()
  let size = sizeOf(Math.floor(length / HASH_LENGTH))
  await handle.truncate(nodesOf(size) * HASH_LENGTH)

  const corrupt = (problem: string): SnowfenceError =>
    new SnowfenceError('ERR_AUDIT_STORE_CORRUPT', {
      message: `the tree store is damaged: ${problem}`,
      details: { file },
    })

  const readNode = async (node: NodeId): Promise<Uint8Array> => {
    const hash = new Uint8Array(HASH_LENGTH)
    const { bytesRead } = await handle.read(hash, 0, HASH_LENGTH, positionOf(node) * HASH_LENGTH)
    if (bytesRead === HASH_LENGTH) return hash
    throw corrupt(`it lacks the hash at level ${node.level}, index ${node.index}`)
  }

  let isBroken = false

  // A tree is of its new size only once its hashes are on the disk, so appends wait for each other.
  const append = oneAtATime<Parameters<TreeStore['append']>, boolean>(
    async (expectedSize, newSize, nodes) => {
      if (isBroken) throw corrupt('an earlier write to it failed')
      if (size !== expectedSize) return false
      // Nobody knows what a failed write left behind: the next opening drops it.
      isBroken = true
      await handle.appendFile(Buffer.concat(nodes.map(({ hash }) => hash)))
      await handle.datasync()
      isBroken = false
      size = newSize
      return true
    },
  )

  return {
    size: async () => size,
    read: (nodes) => Promise.all(nodes.map(readNode)),
    append,
    close: () => handle.close(),
  }
}
