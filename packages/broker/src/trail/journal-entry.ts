import { type AuditRecord, hashLeaf, readRecordId, type SealedRecord } from '@snowfence/audit'
import { canonicalJson } from '@snowfence/core'

/** One record in the journal, and the place in the tree that it was acknowledged at. */
export interface JournalEntry {
  readonly index: number
  readonly sealed: SealedRecord
}

const encode = (hash: Uint8Array): string => Buffer.from(hash).toString('base64')

/** The line of one entry. The record's text stands in it as it was hashed; everything else in its row is read from it. */
export const formatEntry = ({ index, sealed }: JournalEntry): string =>
  // INVARIANT: the members in this order and the text as it is make the whole line canonical JSON.
  `{"hash":"${encode(sealed.leafHash)}","index":${index},"record":${sealed.text}}\n`

/** Reads one line; null for anything but an entry as it is written, whose record has the hash beside it. */
export const parseEntry = (line: string): JournalEntry | null => {
  let value: { readonly index?: unknown; readonly record?: unknown } | null
  try {
    value = JSON.parse(line)
  } catch {
    return null
  }
  const { index, record } = value ?? {}
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0) return null
  const text = canonicalJson(record ?? null)
  const id = readRecordId(text)
  if (id === null) return null
  const entry = { index, sealed: { id, record: record as AuditRecord, text, leafHash: hashLeaf(text) } }
  return formatEntry(entry) === `${line}\n` ? entry : null
}
