import type { FileHandle } from 'node:fs/promises'
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
  /** Ids of the records. */
  readonly ids: Set<string>
  /** Bytes of complete lines: what follows was cut short by a crash and never acknowledged. */
  readonly length: number
}

const refuseJournal = (line: number, problem: string): SnowfenceError =>
  new SnowfenceError('ERR_AUDIT_STORE_CORRUPT', {
    message: `line ${line} of the audit journal ${problem}`,
    details: { line },
  })

/**
 * Reads a journal from its beginning and checks every record against the heads.
 *
 * @throws ERR_AUDIT_STORE_CORRUPT with the first line that is wrong.
 */
export const readJournal = async (handle: FileHandle): Promise<JournalState> => {
  let frontier = emptyFrontier
  let unheaded: Uint8Array[] = []
  let length = 0
  let line = 0
  const ids = new Set<string>()

  const readLine = (text: string): void => {
    line += 1
    const parsed = parseExportLine(text, line)
    if ('record' in parsed) {
      const { index, text: record } = parsed.record
      const id = readRecordId(record)
      if (index !== frontier.size || id === null)
        throw refuseJournal(line, 'is not the record that belongs there')
      const leafHash = hashLeaf(record)
      frontier = appendLeaves(frontier, [leafHash]).frontier
      unheaded.push(leafHash)
      ids.add(id)
      return
    }
    const { size, rootHash } = parsed.head
    const root = Buffer.from(frontierRoot(frontier)).toString('base64')
    if (size !== frontier.size || rootHash !== root)
      throw refuseJournal(line, 'does not fit the records above it')
    unheaded = []
  }

  let rest = Buffer.alloc(0)
  for await (const chunk of handle.createReadStream({ start: 0, autoClose: false })) {
    rest = Buffer.concat([rest, chunk as Buffer])
    let start = 0
    for (let end = rest.indexOf(10, start); end >= 0; end = rest.indexOf(10, start)) {
      readLine(rest.toString('utf8', start, end))
      length += end + 1 - start
      start = end + 1
    }
    rest = rest.subarray(start)
  }
  return { frontier, unheaded, ids, length }
}
