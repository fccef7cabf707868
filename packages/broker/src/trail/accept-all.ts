import { type Frontier, frontierRoot } from '@snowfence/audit'
import type { Receipt } from '@snowfence/core'
import type { SealedRequest } from './record-store.ts'

/** The head of the tree that ends at an edge, as receipts give it. */
export const headOf = (edge: Frontier): Pick<Receipt, 'treeSize' | 'rootHash'> => ({
  treeSize: edge.size,
  rootHash: Buffer.from(frontierRoot(edge)).toString('base64'),
})

/** Answers requests whose records were appended together, one behind the other: all under one head. */
export const acceptAll = (
  requests: readonly SealedRequest[],
  firstLeaf: number,
  head: Pick<Receipt, 'treeSize' | 'rootHash'>,
): void => {
  let next = firstLeaf
  for (const { records, held = [], accept } of requests) {
    const places = held.length === 0 ? {} : { held: [...held] }
    accept({ receipt: { firstLeaf: next, leaves: records.length, ...places, ...head }, records })
    next += records.length
  }
}
