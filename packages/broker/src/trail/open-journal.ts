import {
  type AcknowledgedHead,
  appendLeaves,
  type Frontier,
  frontierNodes,
  frontierRoot,
  type HeadFile,
  type LineFile,
  openHeadFile,
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
  /** The last acknowledged head, kept beside the journal. */
  readonly head: HeadFile
  /** Whether the database holds records and no head was found: the file was deleted, or comes from an earlier version. */
  readonly isHeadMissing: boolean
  /** Where the tree ends in the database. */
  readonly stored: Frontier
  /** What was acknowledged and is not in the database, in the order of the tree. */
  readonly waiting: readonly SealedRecord[]
}

/** A journal that cannot be taken up, and what to do. */
export const journalCorrupt = (file: string, problem: string, cause?: unknown): SnowfenceError =>
  new SnowfenceError('ERR_BROKER_DATA_CORRUPT', {
    message: `the audit journal \`${file}\` ${problem}`,
    hint:
      'keep the data directory for examination, and restore all of it from one backup; to go on without the lost records, ' +
      'move `audit-journal.jsonl` and `audit-journal.head` out of it: the trail then says that its head was missing',
    cause,
  })

const readEntries = async (file: string, isOwned: () => boolean) => {
  const entries: JournalEntry[] = []
  try {
    const lines = await openLineFile(
      file,
      (text, line) => {
        const entry = parseEntry(text)
        if (entry === null) throw journalCorrupt(file, `is damaged in line ${line}`)
        const before = entries.at(-1)
        if (before !== undefined && entry.index !== before.index + 1) {
          throw journalCorrupt(file, `does not hold in line ${line} what follows the line above it`)
        }
        entries.push(entry)
      },
      { isOwned },
    )
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

/** The tree must hold everything below the head that was acknowledged last, as it was then. */
const assertReaches = async (
  database: Kysely<Tables>,
  file: string,
  head: AcknowledgedHead,
  { stored, waiting }: Pick<OpenJournal, 'stored' | 'waiting'>,
): Promise<void> => {
  const size = stored.size + waiting.length
  if (size < head.size) {
    throw journalCorrupt(
      file,
      `and the database hold ${size} records, and ${head.size} were acknowledged: the journal was cut or deleted, or the database is older`,
    )
  }
  const frontier =
    head.size <= stored.size
      ? { size: head.size, hashes: await readTreeNodes(database, frontierNodes(head.size)) }
      : appendLeaves(
          stored,
          waiting.slice(0, head.size - stored.size).map(({ leafHash }) => leafHash),
        ).frontier
  if (encodeHead(frontier).rootHash !== head.rootHash) {
    throw journalCorrupt(
      file,
      `and the database hold other records than the ${head.size} that were acknowledged`,
    )
  }
}

const encodeHead = (frontier: Frontier): AcknowledgedHead => ({
  size: frontier.size,
  rootHash: Buffer.from(frontierRoot(frontier)).toString('base64'),
})

const openHead = (file: string, initial: () => AcknowledgedHead): HeadFile => {
  try {
    return openHeadFile(file, initial)
  } catch (error) {
    throw journalCorrupt(file, 'could not be opened', error)
  }
}

export interface JournalFiles {
  /** The journal. */
  readonly file: string
  /** The last acknowledged head. */
  readonly headFile: string
  /** Whether this process may write to them. */
  readonly isOwned: () => boolean
}

/**
 * Opens the journal of audit records that were acknowledged before the database had them, and checks all of it.
 *
 * @throws SnowfenceError `ERR_BROKER_DATA_CORRUPT` for a line that is damaged, a record that is missing between two
 * others, between the database and the journal or at the end, and a record that is another one in the database.
 */
export const openJournal = async (
  database: Kysely<Tables>,
  { file, headFile, isOwned }: JournalFiles,
): Promise<OpenJournal> => {
  const { lines, entries } = await readEntries(file, isOwned)
  let head: HeadFile | undefined
  try {
    const size = await readTreeSize(database)
    await assertStored(database, file, entries, size)
    const stored = { size, hashes: await readTreeNodes(database, frontierNodes(size)) }
    const waiting = entries.filter(({ index }) => index >= size).map(({ sealed }) => sealed)
    const leaves = waiting.map(({ leafHash }) => leafHash)
    head = openHead(headFile, () => encodeHead(appendLeaves(stored, leaves).frontier))
    if (head.found !== null) await assertReaches(database, file, head.found, { stored, waiting })
    return { lines, head, isHeadMissing: head.found === null && stored.size > 0, stored, waiting }
  } catch (error) {
    head?.close()
    await lines.close()
    throw error
  }
}
