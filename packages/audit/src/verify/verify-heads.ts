import { isSnowfenceError } from '@snowfence/core'
import { type VerifyCheckpointOptions, verifyCheckpoint } from '../checkpoint/checkpoint.ts'
import { type Frontier, frontierNodes, frontierRoot } from '../tree/frontier.ts'
import { HASH_LENGTH, isSameHash } from '../tree/hash.ts'
import type { ExportedHead } from './audit-export.ts'
import type { VerificationProblem } from './verification-report.ts'

/** A head whose signature was verified, or that stands unsigned where no key is asked for. */
export interface TrustedHead {
  readonly size: number
  readonly root: Uint8Array
  readonly issuedAt: string | null
  /** Names of the witnesses whose cosignature was verified. */
  readonly witnesses: readonly string[]
  /** As the export states it, unverified. */
  readonly from: number
  readonly leaves: readonly Uint8Array[]
  /** Present when the stated frontier folds to the root: then it is the tree's. */
  readonly frontier: Frontier | null
}

/** Empty for text that is not the one way to write its bytes: two texts of one hash could hide a change. */
const decodeHash = (text: string): Uint8Array => {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? Uint8Array.from(bytes) : new Uint8Array()
}

const provenFrontier = (head: ExportedHead, root: Uint8Array): Frontier | null => {
  const hashes = head.frontier.map(decodeHash)
  const hasForm =
    hashes.length === frontierNodes(head.size).length && hashes.every(({ length }) => length === HASH_LENGTH)
  const frontier = { size: head.size, hashes }
  return hasForm && isSameHash(frontierRoot(frontier), root) ? frontier : null
}

const trustHead = (head: ExportedHead, options: VerifyCheckpointOptions | null): TrustedHead => {
  const stated = { size: head.size, root: decodeHash(head.rootHash), issuedAt: null, witnesses: [] }
  const { size, root, issuedAt, witnesses } =
    options === null ? stated : verifyCheckpoint(head.note ?? '', options)
  if (size !== stated.size || !isSameHash(root, stated.root)) {
    throw new TypeError('its line states another size or root than its signed text')
  }
  const { from } = head
  return {
    size,
    root,
    issuedAt,
    witnesses: witnesses.map(({ name }) => name),
    from,
    leaves: head.leaves.map(decodeHash),
    frontier: provenFrontier(head, root),
  }
}

const follows = (before: TrustedHead, head: TrustedHead): boolean =>
  head.size >= before.size &&
  (head.size > before.size || isSameHash(head.root, before.root)) &&
  (head.issuedAt === null || before.issuedAt === null || head.issuedAt >= before.issuedAt)

/** Verifies the heads of an export, each by itself and then their sequence. Heads that do not hold are left out. */
export const verifyHeads = (
  heads: readonly ExportedHead[],
  options: VerifyCheckpointOptions | null,
): { readonly trusted: readonly TrustedHead[]; readonly problems: readonly VerificationProblem[] } => {
  const trusted: TrustedHead[] = []
  const problems: VerificationProblem[] = []
  const notes = new Set<string>()
  for (const [position, exported] of heads.entries()) {
    let head: TrustedHead
    try {
      head = trustHead(exported, options)
    } catch (error) {
      if (!isSnowfenceError(error) && !(error instanceof TypeError)) throw error
      problems.push({ kind: 'checkpoint-invalid', position, reason: error.message })
      continue
    }
    if (exported.note !== null && notes.has(exported.note)) {
      problems.push({ kind: 'checkpoint-repeated', position })
      continue
    }
    if (exported.note !== null) notes.add(exported.note)
    const before = trusted.at(-1)
    if (before !== undefined && !follows(before, head)) {
      problems.push({ kind: 'checkpoint-reordered', position })
      continue
    }
    const expectedFrom = before?.size ?? 0
    if (head.from !== expectedFrom)
      problems.push({ kind: 'checkpoint-missing', from: expectedFrom, to: head.size })
    trusted.push(head)
  }
  return { trusted, problems }
}
