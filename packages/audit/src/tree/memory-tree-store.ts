import { SnowfenceError } from '@snowfence/core'
import type { TreeStore } from './tree-store.ts'

/** Keeps the hashes in this process: for tests and first tries. */
export const createMemoryTreeStore = (): TreeStore => {
  const levels: Uint8Array[][] = []
  let size = 0
  return {
    size: async () => size,
    read: async (nodes) =>
      nodes.map(({ level, index }) => {
        const hash = levels[level]?.[index]
        if (hash === undefined) {
          throw new SnowfenceError('ERR_AUDIT_STORE_CORRUPT', {
            message: `the tree store lacks the hash at level ${level}, index ${index}`,
          })
        }
        return hash
      }),
    append: async (expectedSize, newSize, nodes) => {
      if (size !== expectedSize) return false
      for (const { level, index, hash } of nodes) {
        levels[level] ??= []
        levels[level][index] = hash
      }
      size = newSize
      return true
    },
  }
}
