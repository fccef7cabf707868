import type { KeyObject } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { isSnowfenceError, SnowfenceError } from '@snowfence/core'
import { signCheckpoint } from '../checkpoint/checkpoint.ts'
import { sealRecord } from '../codec/audit-record.ts'
import { canonicalSpans } from '../codec/canonical-spans.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { appendLeaves, frontierRoot } from '../tree/frontier.ts'
import { createExportedHead, formatHeadLine, formatRecordLine } from '../verify/audit-export.ts'
import { lockJournal } from './journal-lock.ts'
import { notDurable } from './not-durable.ts'
import { readJournal } from './read-journal.ts'
import type { SpanSink } from './span-sink.ts'

export interface JournalSinkOptions {
  /** The journal's file; created when absent, readable by its owner alone. */
  readonly file: string
  /** Signs a checkpoint after every write. Without it the journal shows accidents, but whoever owns it can rewrite it. */
  readonly signingKey?: { readonly name: string; readonly privateKey: KeyObject }
  readonly now?: () => Date
}

/** A new file is durable only once its directory is. */
const syncDirectory = async (file: string): Promise<void> => {
  const directory = await open(dirname(file), 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

const openJournal = async (file: string) => {
  let handle: FileHandle | undefined
  try {
    handle = await open(file, 'a+', 0o600)
    await syncDirectory(file)
    const state = await readJournal(handle)
    await handle.truncate(state.length)
    return { handle, state }
  } catch (error) {
    await handle?.close()
    if (isSnowfenceError(error, 'ERR_AUDIT_EXPORT_INVALID')) {
      throw new SnowfenceError('ERR_AUDIT_STORE_CORRUPT', { message: error.message, details: { file } })
    }
    throw error
  }
}

/**
 * Keeps the trail in a local file of JSON Lines, for use without a broker: records and tree heads in the form of an
 * export, so that `verifyExport` reads the file as it is. Written and synced to disk before it is acknowledged.
 *
 * A line that a crash cut short is dropped at the next opening: it was never acknowledged.
 *
 * @throws ERR_AUDIT_STORE_CORRUPT when the file does not hold what it should, ERR_AUDIT_STORE_IN_USE when another
 * process has it open.
 */
export const openJournalSink = async (options: JournalSinkOptions): Promise<SpanSink> => {
  const { file, signingKey, now = () => new Date() } = options
  const unlock = await lockJournal(file)
  const { handle, state } = await openJournal(file).catch(async (error: unknown) => {
    await unlock()
    throw error
  })
  const { ids } = state
  let { frontier, unheaded, length } = state
  let isClosed = false
  let isBroken = false

  const seal = (spans: readonly ReadableSpan[]) => {
    const receivedAt = now().toISOString()
    return canonicalSpans(spans)
      .map((span) => sealRecord(span, { producer: 'local', sessionId: null, principal: null, receivedAt }))
      .filter(({ id }) => !ids.has(id))
  }

  const append = async (lines: string): Promise<void> => {
    const bytes = Buffer.from(lines)
    try {
      const { size } = await handle.stat()
      if (size !== length) throw new Error('the journal was written to by somebody else')
      await handle.appendFile(bytes)
      await handle.datasync()
      length += bytes.length
    } catch {
      // After a failed write or sync nobody knows what is on the disk: the next opening reads it again.
      isBroken = true
      throw notDurable('store-failed', { file })
    }
  }

  return {
    write: oneAtATime(async (spans: readonly ReadableSpan[]) => {
      if (isClosed) throw notDurable('closed')
      if (isBroken) throw notDurable('store-failed', { file })
      const sealed = seal(spans)
      const firstLeaf = frontier.size
      const leafHashes = sealed.map(({ leafHash }) => leafHash)
      const grown = appendLeaves(frontier, leafHashes).frontier
      const root = frontierRoot(grown)
      if (sealed.length > 0) {
        const head = { size: grown.size, root }
        const note =
          signingKey === undefined
            ? null
            : signCheckpoint(head, signingKey.name, signingKey.privateKey, now())
        const exported = createExportedHead(
          { ...head, note, from: firstLeaf - unheaded.length },
          { leaves: [...unheaded, ...leafHashes], frontier: grown.hashes },
        )
        const records = sealed.map(({ text }, offset) =>
          formatRecordLine({ index: firstLeaf + offset, text }),
        )
        await append([...records, formatHeadLine(exported)].join(''))
        for (const { id } of sealed) ids.add(id)
        frontier = grown
        unheaded = []
      }
      return {
        firstLeaf,
        leaves: sealed.length,
        treeSize: grown.size,
        rootHash: Buffer.from(root).toString('base64'),
      }
    }),
    close: async () => {
      if (isClosed) return
      isClosed = true
      await handle.close()
      await unlock()
    },
  }
}
