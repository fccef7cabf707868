import { SnowfenceError } from '@snowfence/core'
import { appendLeaves, emptyFrontier, type Frontier, frontierRoot } from '../tree/frontier.ts'
import { hashLeaf } from '../tree/hash.ts'
import { parseExportLine } from '../verify/audit-export.ts'
import { readRecordId } from '../verify/record-id.ts'
import type { AcknowledgedHead } from './head-file.ts'

/** Where a journal stands. */
export interface JournalState {
  readonly frontier: Frontier
  /** Leaf hashes behind the last head. */
  readonly unheaded: readonly Uint8Array[]
  /** Where each record stands, by its id. */
  readonly places: Map<string, number>
}

const refuseJournal = (line: number, problem: string): SnowfenceError =>
  new SnowfenceError('ERR_AUDIT_STORE_CORRUPT', {
    message: `line ${line} of the audit journal ${problem}`,
    details: { line },
  })

/** Reads a journal line by line and checks every record against the heads. */
export interface JournalReader {
  /** @throws ERR_AUDIT_STORE_CORRUPT, ERR_AUDIT_EXPORT_INVALID */
  readLine(text: string, line: number): void
  /**
   * Checks that the journal holds every record below a head that was acknowledged. Called after the last line.
   *
   * @throws ERR_AUDIT_STORE_CORRUPT
   */
  assertReaches(head: AcknowledgedHead): void
  readonly state: JournalState
}

const rootOf = (frontier: Frontier): string => Buffer.from(frontierRoot(frontier)).toString('base64')

const missing = (problem: string): SnowfenceError =>
  new SnowfenceError('ERR_AUDIT_STORE_CORRUPT', {
    message: `the audit journal ${problem}`,
    hint: 'restore the journal from a backup; to begin a new one, keep the journal and its `.head` file elsewhere for examination',
  })

export const createJournalReader = (): JournalReader => {
  /** Roots by size, as the heads of the journal state them and its records prove them. */
  const roots = new Map([[0, rootOf(emptyFrontier)]])
  let frontier = emptyFrontier
  let unheaded: Uint8Array[] = []
  const places = new Map<string, number>()
  return {
    readLine: (text, line) => {
      const parsed = parseExportLine(text, line)
      if ('record' in parsed) {
        const { index, text: record } = parsed.record
        const id = readRecordId(record)
        if (index !== frontier.size || id === null)
          throw refuseJournal(line, 'is not the record that belongs there')
        const leafHash = hashLeaf(record)
        frontier = appendLeaves(frontier, [leafHash]).frontier
        unheaded.push(leafHash)
        places.set(id, index)
        return
      }
      const { size, rootHash } = parsed.head
      const root = rootOf(frontier)
      if (size !== frontier.size || rootHash !== root)
        throw refuseJournal(line, 'does not fit the records above it')
      unheaded = []
      roots.set(size, rootHash)
    },
    assertReaches: ({ size, rootHash }) => {
      if (size > frontier.size) {
        throw missing(`lacks ${size - frontier.size} of ${size} records that were acknowledged`)
      }
      const root = size === frontier.size ? rootOf(frontier) : roots.get(size)
      if (root !== rootHash) throw missing(`has other records than the ${size} that were acknowledged`)
    },
    get state() {
      return { frontier, unheaded, places }
    },
  }
}
