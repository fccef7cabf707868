import { type Frontier, frontierRoot } from '@snowfence/audit'
import type { SealRequest } from './record-store.ts'

/** Answers requests whose records were appended together, one behind the other: all under one head. */
export const acceptAll = (requests: readonly SealRequest[], firstLeaf: number, frontier: Frontier): void => {
  const head = {
    treeSize: frontier.size,
    rootHash: Buffer.from(frontierRoot(frontier)).toString('base64'),
  }
  let next = firstLeaf
  for (const { records, accept } of requests) {
    accept({ receipt: { firstLeaf: next, leaves: records.length, ...head }, records })
    next += records.length
  }
}
