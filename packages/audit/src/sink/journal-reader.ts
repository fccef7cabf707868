import { SnowfenceError } from '@snowfence/core'
import { appendLeaves, emptyFrontier, type Frontier, frontierRoot } from '../tree/frontier.ts'
import { hashLeaf } from '../tree/hash.ts'
import { parseExportLine } from '../verify/audit-export.ts'
import { readRecordId } from '../verify/record-id.ts'

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
  readonly state: JournalState
}

export const createJournalReader = (): JournalReader => {
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
      const root = Buffer.from(frontierRoot(frontier)).toString('base64')
      if (size !== frontier.size || rootHash !== root)
        throw refuseJournal(line, 'does not fit the records above it')
      unheaded = []
    },
    get state() {
      return { frontier, unheaded, places }
    },
  }
}
