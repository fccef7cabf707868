import { appendLeaves, emptyFrontier, type Frontier, frontierRoot } from '../tree/frontier.ts'
import { HASH_LENGTH, isSameHash } from '../tree/hash.ts'
import type { VerificationProblem } from './verification-report.ts'
import type { TrustedHead } from './verify-heads.ts'

/** The leaf hashes that are proved by the signed roots; a hole where nothing proves any. */
export interface SealedHashes {
  readonly hashes: readonly (Uint8Array | undefined)[]
  readonly problems: readonly VerificationProblem[]
  /** Intervals of which the export proves no hash. */
  readonly unproved: readonly { readonly from: number; readonly to: number }[]
}

/** The frontier after these leaves, when they fold to the head's root. */
const foldTo = (
  start: Frontier,
  leaves: readonly (Uint8Array | undefined)[],
  head: TrustedHead,
): Frontier | null => {
  if (start.size + leaves.length !== head.size) return null
  const complete = leaves.filter((hash): hash is Uint8Array => hash?.length === HASH_LENGTH)
  if (complete.length !== leaves.length) return null
  const { frontier } = appendLeaves(start, complete)
  return isSameHash(frontierRoot(frontier), head.root) ? frontier : null
}

/**
 * Finds, interval by interval, which leaf hashes fold to the signed roots: those of the export's own hash list, or
 * those of its records. Each interval starts at a frontier that its own head proves, so damage does not spread.
 *
 * @param recordHashes the hashes of the export's records, by index.
 */
export const proveHashes = (
  heads: readonly TrustedHead[],
  recordHashes: readonly (Uint8Array | undefined)[],
): SealedHashes => {
  // A head may claim any size; no more than this is ever looked at.
  const reach = recordHashes.length + heads.reduce((sum, { leaves }) => sum + leaves.length, 0)
  const hashes: (Uint8Array | undefined)[] = []
  const problems: VerificationProblem[] = []
  const unproved: { from: number; to: number }[] = []
  let frontier: Frontier | null = emptyFrontier
  let from = 0
  for (const head of heads) {
    const to = head.size
    // An interval whose beginning is not proved can only be checked from a later head on.
    const byList: Frontier | null = frontier === null ? null : foldTo(frontier, head.leaves, head)
    const fromRecords = recordHashes.slice(from, to)
    const byRecords: Frontier | null = frontier === null ? null : foldTo(frontier, fromRecords, head)
    const proved = byList !== null ? head.leaves : byRecords !== null ? fromRecords : null
    for (let index = from; index < Math.min(to, reach); index += 1) hashes[index] = proved?.[index - from]
    if (proved === null && to > from) unproved.push({ from, to })
    if (byList === null && byRecords !== null && head.from === from) {
      problems.push({ kind: 'evidence-changed', from, to })
    }
    if (byList !== null && head.frontier === null) problems.push({ kind: 'evidence-changed', from, to })
    frontier = byList ?? byRecords ?? head.frontier
    from = to
  }
  return { hashes, problems, unproved }
}
