import type { NodeHash } from './frontier.ts'
import type { NodeId } from './subtree.ts'

/**
 * Where a tree's hashes are kept.
 *
 * Every complete subtree is one hash, addressed by level and index; a hash that was written never changes.
 * `test/contract/tree-store-contract.ts` is the one suite that every adapter passes.
 */
export interface TreeStore {
  /** How many leaves the tree has. */
  size(): Promise<number>
  /**
   * The hashes of these nodes, in the order asked for.
   *
   * @throws ERR_AUDIT_STORE_CORRUPT when one of them is missing.
   */
  read(nodes: readonly NodeId[]): Promise<Uint8Array[]>
  /**
   * Adds the nodes that became complete, all or none, and durably before it resolves. Resolves with `false` and
   * changes nothing when the tree does not have `expectedSize` leaves any more: somebody else appended first.
   */
  append(expectedSize: number, newSize: number, nodes: readonly NodeHash[]): Promise<boolean>
}
