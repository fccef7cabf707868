import { type Receipt, SnowfenceError } from '@snowfence/core'

const headOf = ({ treeSize, rootHash }: Receipt) => ({ treeSize, rootHash })

const contradiction = (last: Receipt, receipt: Receipt): SnowfenceError =>
  new SnowfenceError('ERR_AUDIT_HISTORY_REWRITTEN', {
    message:
      `the audit store answered with a tree of ${receipt.treeSize} records and root ${receipt.rootHash}, ` +
      `and had acknowledged one of ${last.treeSize} records with root ${last.rootHash}`,
    details: { earlier: headOf(last), now: headOf(receipt) },
  })

/**
 * Remembers the last head that the store gave, and refuses one that contradicts it: the head carried off the box is
 * what shows a cut tail. Once there was a contradiction every later head is refused: a store that lost records can
 * grow beyond the old size again, and must not be believed for that.
 *
 * @throws ERR_AUDIT_HISTORY_REWRITTEN when the tree shrank, or has another root at the same size.
 */
export const createHeadGuard = (): ((receipt: Receipt) => void) => {
  let last: Receipt | null = null
  let found: SnowfenceError | null = null
  return (receipt) => {
    if (found !== null) throw found
    if (last !== null) {
      const isShorter = receipt.treeSize < last.treeSize
      const isOther = receipt.treeSize === last.treeSize && receipt.rootHash !== last.rootHash
      if (isShorter || isOther) {
        found = contradiction(last, receipt)
        throw found
      }
    }
    last = receipt
  }
}
