import type { VerifyCheckpointOptions } from '../checkpoint/checkpoint.ts'
import { appendLeaves, emptyFrontier, frontierRoot } from '../tree/frontier.ts'
import { hashLeaf } from '../tree/hash.ts'
import { type AuditExport, type ExportedHead, type ExportedRecord, parseExportLine } from './audit-export.ts'
import { countOpenStatements, readStep, type StatementStep } from './open-statements.ts'
import { readRecordId } from './record-id.ts'
import { proveHashes, type SealedHashes } from './sealed-hashes.ts'
import type { VerificationProblem, VerificationReport } from './verification-report.ts'
import { verifyHeads } from './verify-heads.ts'

/** A head that was carried off the box: a receipt, the head of an earlier report, a witness's note. */
export interface Anchor {
  readonly size: number
  /** Base64. */
  readonly rootHash: string
}

export interface VerifyOptions {
  /** The log's key, and witnesses with their quorum; null for a journal that was kept without a key. */
  readonly verify: VerifyCheckpointOptions | null
  readonly anchors?: readonly Anchor[]
  /** For an export of some records only, one session's say: those that are left out are no problem then. */
  readonly isExcerpt?: boolean
}

/** What is left of a record once it was read: enough to verify it, without its text. */
interface RecordDigest {
  readonly index: number
  readonly leafHash: Uint8Array
  /** Null when its text is not a record. */
  readonly id: string | null
  /** Null when it neither begins nor ends a statement. */
  readonly step: StatementStep | null
}

const digestRecord = ({ index, text }: ExportedRecord): RecordDigest => ({
  index,
  leafHash: hashLeaf(text),
  id: readRecordId(text),
  step: readStep(text),
})

const keyOf = (hash: Uint8Array): string => Buffer.from(hash).toString('base64')

/** The records by index, and lines that give an index for the second time or not in order. */
const placeRecords = (records: readonly RecordDigest[], heads: readonly ExportedHead[]) => {
  // An index beyond all lines and hashes fills no gap that can be named, and is no reason to reserve memory.
  const reach = records.length + heads.reduce((sum, { leaves }) => sum + leaves.length, 0)
  const placed: (RecordDigest | undefined)[] = []
  const problems: VerificationProblem[] = []
  let highest = -1
  for (const [position, record] of records.entries()) {
    const { index } = record
    if (placed[index] !== undefined || index >= reach) {
      problems.push({ kind: 'record-added', index })
      continue
    }
    placed[index] = record
    if (index < highest) problems.push({ kind: 'record-reordered', index: position, belongsAt: index })
    highest = Math.max(highest, index)
  }
  return { placed, problems, highest }
}

const compareRecords = (
  placed: readonly (Uint8Array | undefined)[],
  { hashes }: SealedHashes,
  found: number,
): VerificationProblem[] => {
  const places = new Map(
    hashes.flatMap((hash, index) => (hash === undefined ? [] : [[keyOf(hash), index] as const])),
  )
  const problems: VerificationProblem[] = []
  const present = new Set(placed.flatMap((hash) => (hash === undefined ? [] : [keyOf(hash)])))
  for (const [index, sealed] of hashes.entries()) {
    if (sealed === undefined || index >= found) continue
    const hash = placed[index]
    if (hash === undefined) {
      if (!present.has(keyOf(sealed))) problems.push({ kind: 'record-missing', index })
      continue
    }
    if (keyOf(hash) === keyOf(sealed)) continue
    const belongsAt = places.get(keyOf(hash))
    problems.push(
      belongsAt === undefined
        ? { kind: 'record-changed', index }
        : { kind: 'record-reordered', index, belongsAt },
    )
    // What was sealed here is neither here nor elsewhere.
    if (belongsAt !== undefined && !present.has(keyOf(sealed)))
      problems.push({ kind: 'record-missing', index })
  }
  return problems
}

const checkRecords = (placed: readonly (RecordDigest | undefined)[]): VerificationProblem[] => {
  const seen = new Map<string, number>()
  return placed.flatMap((record, index): VerificationProblem[] => {
    if (record === undefined) return []
    const { id } = record
    if (id === null) return [{ kind: 'record-malformed', index }]
    const first = seen.get(id)
    if (first !== undefined) return [{ kind: 'record-repeated', index, first }]
    seen.set(id, index)
    return []
  })
}

const checkAnchors = (
  anchors: readonly Anchor[],
  hashes: readonly (Uint8Array | undefined)[],
): { problems: VerificationProblem[]; expected: number; fitting: number } => {
  const problems: VerificationProblem[] = []
  let expected = 0
  let fitting = 0
  let frontier = emptyFrontier
  for (const { size, rootHash } of [...anchors].sort((left, right) => left.size - right.size)) {
    expected = Math.max(expected, size)
    const more = hashes.slice(frontier.size, size)
    // A hole or a cut tail is reported as such; the anchor beyond it cannot be computed.
    if (frontier.size + more.length < size || more.includes(undefined)) break
    frontier = appendLeaves(frontier, more as Uint8Array[]).frontier
    if (keyOf(frontierRoot(frontier)) === rootHash) fitting = size
    else problems.push({ kind: 'anchor-contradicts', size })
  }
  return { problems, expected, fitting }
}

/** In an interval of which no hash is proved, gaps can still be named. */
const unprovedProblems = (
  recordHashes: readonly (Uint8Array | undefined)[],
  from: number,
  to: number,
): VerificationProblem[] => {
  if (to <= from) return []
  const gaps = Array.from({ length: to - from }, (_, offset) => from + offset).filter(
    (index) => recordHashes[index] === undefined,
  )
  return [
    { kind: 'interval-contradicts', from, to },
    ...gaps.map((index) => ({ kind: 'record-missing', index }) as const),
  ]
}

const verifyDigests = (
  records: readonly RecordDigest[],
  heads: readonly ExportedHead[],
  { verify, anchors = [], isExcerpt = false }: VerifyOptions,
): VerificationReport => {
  const { placed, problems: placing, highest } = placeRecords(records, heads)
  const recordHashes = Array.from(placed, (record) => record?.leafHash)
  const { trusted, problems: headProblems } = verifyHeads(heads, verify)
  const sealed = proveHashes(trusted, recordHashes)
  const found = highest + 1
  const last = trusted.at(-1)

  // Behind the last checkpoint nothing is proved; there an anchor can only be compared with the records themselves.
  const known = [...sealed.hashes, ...recordHashes.slice(sealed.hashes.length)]
  const anchored = checkAnchors(anchors, known)
  const expected = Math.max(last?.size ?? 0, anchored.expected)

  const isLeftOut = ({ kind }: VerificationProblem): boolean =>
    isExcerpt &&
    (kind === 'record-missing' || (kind === 'tail-cut' && anchored.expected <= (last?.size ?? 0)))
  const all: readonly VerificationProblem[] = [
    ...headProblems,
    ...placing,
    ...compareRecords(recordHashes, sealed, found),
    ...sealed.unproved.flatMap(({ from, to }) => unprovedProblems(recordHashes, from, Math.min(to, found))),
    ...sealed.problems,
    ...checkRecords(placed),
    ...anchored.problems,
    ...(expected > found ? [{ kind: 'tail-cut', expected, found } as const] : []),
  ]
  const problems = all.filter((problem) => !isLeftOut(problem))
  const intact = problems.length === 0
  // An unsigned head is a line that anybody can write: it finds accidents and proves nothing.
  const proved = Math.max(verify === null ? 0 : (last?.size ?? 0), anchored.fitting)
  const isCovered = verify !== null ? last !== undefined : anchored.fitting > 0
  const unproved = records.filter(({ index }) => index >= proved).length
  return {
    proved: intact && isCovered && unproved === 0,
    intact,
    problems,
    records: records.length,
    sealed: Math.max(last?.size ?? 0, anchored.fitting),
    unproved,
    checkpoints: trusted.length,
    signed: verify !== null,
    witnessed: anchored.fitting,
    head:
      last === undefined
        ? null
        : { size: last.size, rootHash: keyOf(last.root), issuedAt: last.issuedAt, witnesses: last.witnesses },
    openStatements: countOpenStatements(
      records.flatMap(({ index, step }) => (step === null || index >= proved ? [] : [step])),
    ),
  }
}

/**
 * Verifies an export offline: only the export, the log's public key and, best, a head that was kept elsewhere. A record
 * is proved by a signed head, or by a head that was kept elsewhere; every other record is counted as unproved.
 *
 * Damage is named to the record wherever the signed roots and the export's hash lists allow it, and to the interval
 * between two checkpoints otherwise. A tail that was cut together with its checkpoints shows only against an anchor.
 */
export const verifyExport = ({
  records,
  heads,
  ...options
}: AuditExport & VerifyOptions): VerificationReport =>
  verifyDigests(records.map(digestRecord), heads, options)

/**
 * The same for the lines of an export as they are read, holding only hashes in memory.
 *
 * @throws ERR_AUDIT_EXPORT_INVALID with the number of the first line that is malformed.
 */
export const verifyExportLines = async (
  lines: AsyncIterable<string> | Iterable<string>,
  options: VerifyOptions,
): Promise<VerificationReport> => {
  const records: RecordDigest[] = []
  const heads: ExportedHead[] = []
  let number = 0
  for await (const line of lines) {
    number += 1
    const parsed = parseExportLine(line, number)
    if ('record' in parsed) records.push(digestRecord(parsed.record))
    else heads.push(parsed.head)
  }
  return verifyDigests(records, heads, options)
}
