import { type Receipt, SnowfenceError } from '@snowfence/core'

/**
 * Remembers the last head that the store gave, and refuses one that contradicts it: the head carried off the box is
 * what shows a cut tail.
 *
 * @throws ERR_AUDIT_HISTORY_REWRITTEN when the tree shrank, or has another root at the same size.
 */
export const createHeadGuard = (): ((receipt: Receipt) => void) => {
  let last: Receipt | null = null
  return (receipt) => {
    if (last !== null) {
      const isShorter = receipt.treeSize < last.treeSize
      const isOther = receipt.treeSize === last.treeSize && receipt.rootHash !== last.rootHash
      if (isShorter || isOther) {
        throw new SnowfenceError('ERR_AUDIT_HISTORY_REWRITTEN', {
          details: {
            earlier: { treeSize: last.treeSize, rootHash: last.rootHash },
            now: { treeSize: receipt.treeSize, rootHash: receipt.rootHash },
          },
        })
      }
    }
    last = receipt
  }
}
