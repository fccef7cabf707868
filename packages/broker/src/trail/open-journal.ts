import {
  type Frontier,
  frontierNodes,
  type LineFile,
  openLineFile,
  type SealedRecord,
} from '@snowfence/audit'
import { isSnowfenceError, SnowfenceError } from '@snowfence/core'
import type { Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'
import { type JournalEntry, parseEntry } from './journal-entry.ts'
import { readLeafHashes, readTreeNodes, readTreeSize } from './tree-rows.ts'

/** A journal as it was found, checked against the database. */
export interface OpenJournal {
  readonly lines: LineFile
  /** Where the tree ends in the database. */
  readonly stored: Frontier
  /** What was acknowledged and is not in the database, in the order of the tree. */
  readonly waiting: readonly SealedRecord[]
}

/** A journal that cannot be taken up, and what to do. */
export const journalCorrupt = (file: string, problem: string, cause?: unknown): SnowfenceError =>
  new SnowfenceError('ERR_BROKER_DATA_CORRUPT', {
    message: `the audit journal \`${file}\` ${problem}`,
    hint: 'keep the data directory for examination, and restore all of it from one backup',
    cause,
  })

const readEntries = async (file: string) => {
  const entries: JournalEntry[] = []
  try {
    const lines = await openLineFile(file, (text, line) => {
      const entry = parseEntry(text)
      if (entry === null) throw journalCorrupt(file, `is damaged in line ${line}`)
      const before = entries.at(-1)
      if (before !== undefined && entry.index !== before.index + 1) {
        throw journalCorrupt(file, `does not hold in line ${line} what follows the line above it`)
      }
      entries.push(entry)
    })
    return { lines, entries }
  } catch (error) {
    if (isSnowfenceError(error, 'ERR_AUDIT_STORE_CORRUPT'))
      throw journalCorrupt(file, 'is damaged in its last line', error)
    if (isSnowfenceError(error)) throw error
    throw journalCorrupt(file, 'could not be read', error)
  }
}

/** Entries that the database has as well must be the same there: those remain behind when a crash comes before the cut. */
const assertStored = async (
  database: Kysely<Tables>,
  file: string,
  entries: readonly JournalEntry[],
  size: number,
): Promise<void> => {
  const first = entries[0]
  if (first === undefined) return
  if (first.index > size) {
    throw journalCorrupt(file, `begins at record ${first.index}, but the database ends at record ${size}`)
  }
  const hashes = await readLeafHashes(database, first.index)
  for (const [position, hash] of hashes.entries()) {
    const entry = entries[position]
    if (entry === undefined) return
    if (!Buffer.from(hash).equals(entry.sealed.leafHash)) {
      throw journalCorrupt(file, `holds another record ${entry.index} than the database`)
    }
  }
}

/**
 * Opens the journal of audit records that were acknowledged before the database had them, and checks all of it.
 *
 * @throws SnowfenceError `ERR_BROKER_DATA_CORRUPT` for a line that is damaged, a record that is missing between two
 * others or between the database and the journal, and a record that is another one in the database.
 */
export const openJournal = async (database: Kysely<Tables>, file: string): Promise<OpenJournal> => {
  const { lines, entries } = await readEntries(file)
  try {
    const size = await readTreeSize(database)
    await assertStored(database, file, entries, size)
    const stored = { size, hashes: await readTreeNodes(database, frontierNodes(size)) }
    const waiting = entries.filter(({ index }) => index >= size).map(({ sealed }) => sealed)
    return { lines, stored, waiting }
  } catch (error) {
    await lines.close()
    throw error
  }
}
