import { canonicalJson, SnowfenceError } from '@snowfence/core'
import type { TreeEvidence } from '../tree/audit-tree.ts'

/** One record of an export: a leaf's place and its bytes. */
export interface ExportedRecord {
  readonly index: number
  /** The record's canonical JSON, as it was hashed. */
  readonly text: string
}

/**
 * A tree head with what is needed to check the records since the one before it, whatever happened to other records.
 *
 * `leaves` and `frontier` are not signed, and need not be: they must fold to the root that is.
 */
export interface ExportedHead {
  /** The signed checkpoint; null for a journal without a key, where `size` and `rootHash` stand alone. */
  readonly note: string | null
  readonly size: number
  /** Base64. */
  readonly rootHash: string
  /** Size of the tree at the head before. */
  readonly from: number
  /** Leaf hashes of the records `from` to `size - 1`, base64. */
  readonly leaves: readonly string[]
  /** The tree's frontier at `size`, base64. */
  readonly frontier: readonly string[]
}

export interface AuditExport {
  readonly records: readonly ExportedRecord[]
  readonly heads: readonly ExportedHead[]
}

const encodeHashes = (hashes: readonly Uint8Array[]): string[] =>
  hashes.map((hash) => Buffer.from(hash).toString('base64'))

/** The line of an export for one record. */
export const formatRecordLine = ({ index, text }: ExportedRecord): string =>
  // INVARIANT: the members in this order and the text as it is make the whole line canonical JSON.
  `{"index":${index},"kind":"record","record":${text}}\n`

/** Puts a head together from the tree's own evidence. */
export const createExportedHead = (
  head: {
    readonly note: string | null
    readonly from: number
    readonly size: number
    readonly root: Uint8Array
  },
  { leaves, frontier }: TreeEvidence,
): ExportedHead => ({
  note: head.note,
  size: head.size,
  rootHash: Buffer.from(head.root).toString('base64'),
  from: head.from,
  leaves: encodeHashes(leaves),
  frontier: encodeHashes(frontier),
})

/** The line of an export for one head. */
export const formatHeadLine = (head: ExportedHead): string => `${canonicalJson({ kind: 'head', ...head })}\n`

/** A whole export as JSON Lines: each head below the records that it covers. */
export const formatExport = ({ records, heads }: AuditExport): string => {
  const lines: string[] = []
  let position = 0
  for (const head of heads) {
    for (; position < records.length && records[position]!.index < head.size; position += 1) {
      lines.push(formatRecordLine(records[position]!))
    }
    lines.push(formatHeadLine(head))
  }
  return [...lines, ...records.slice(position).map(formatRecordLine)].join('')
}

const refuseExport = (line: number, problem: string): SnowfenceError =>
  new SnowfenceError('ERR_AUDIT_EXPORT_INVALID', {
    message: `line ${line} of the audit export ${problem}`,
    details: { line },
  })

const isWholeNumber = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0
const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

const readHead = (value: Record<string, unknown>): ExportedHead | null => {
  const { note, size, rootHash, from, leaves, frontier } = value
  const isHead =
    (note === null || typeof note === 'string') &&
    isWholeNumber(size) &&
    isWholeNumber(from) &&
    typeof rootHash === 'string' &&
    isTextList(leaves) &&
    isTextList(frontier)
  return isHead ? { note, size, rootHash, from, leaves, frontier } : null
}

/** One line of an export, or null for what is neither a record nor a head. */
export const parseExportLine = (
  text: string,
  line: number,
): { readonly record: ExportedRecord } | { readonly head: ExportedHead } => {
  let value: Record<string, unknown>
  try {
    value = JSON.parse(text)
  } catch {
    throw refuseExport(line, 'is not JSON')
  }
  if (typeof value !== 'object' || value === null) throw refuseExport(line, 'is not an object')
  // A line that reads the same but is written differently (a member twice, say) could show another reader something else.
  if (canonicalJson(value) !== text) throw refuseExport(line, 'is not canonical JSON')
  if (value.kind === 'record' && isWholeNumber(value.index) && value.record !== undefined) {
    return { record: { index: value.index, text: canonicalJson(value.record) } }
  }
  const head = value.kind === 'head' ? readHead(value) : null
  if (head === null) throw refuseExport(line, 'is neither a record nor a head')
  return { head }
}

/**
 * Reads an export from JSON Lines. Nothing has been verified at this point.
 *
 * @throws ERR_AUDIT_EXPORT_INVALID with the number of the first line that is malformed.
 */
export const parseExport = (text: string): AuditExport => {
  const records: ExportedRecord[] = []
  const heads: ExportedHead[] = []
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  for (const [position, line] of lines.entries()) {
    const parsed = parseExportLine(line, position + 1)
    if ('record' in parsed) records.push(parsed.record)
    else heads.push(parsed.head)
  }
  return { records, heads }
}
