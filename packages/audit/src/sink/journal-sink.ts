import type { KeyObject } from 'node:crypto'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { isSnowfenceError, SnowfenceError } from '@snowfence/core'
import type { OwnerLock } from '@snowfence/core/files'
import { signCheckpoint } from '../checkpoint/checkpoint.ts'
import { sealRecord } from '../codec/audit-record.ts'
import { canonicalSpans } from '../codec/canonical-spans.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { appendLeaves, type Frontier, frontierRoot } from '../tree/frontier.ts'
import { createExportedHead, formatHeadLine, formatRecordLine } from '../verify/audit-export.ts'
import { type AcknowledgedHead, type HeadFile, openHeadFile } from './head-file.ts'
import { createJournalReader } from './journal-reader.ts'
import { type LineFile, openLineFile } from './line-file.ts'
import { notDurable } from './not-durable.ts'
import { ownJournal } from './own-journal.ts'
import type { SpanSink } from './span-sink.ts'
import { withoutHeld } from './without-held.ts'

export interface JournalSinkOptions {
  /** The journal's file; created when absent, readable by its owner alone. */
  readonly file: string
  /** Signs a checkpoint after every write. Without it the journal shows accidents, but whoever owns it can rewrite it. */
  readonly signingKey?: { readonly name: string; readonly privateKey: KeyObject }
  readonly now?: () => Date
}

const encodeRoot = (frontier: Frontier): string => Buffer.from(frontierRoot(frontier)).toString('base64')

const openJournal = async (file: string, owner: OwnerLock) => {
  const reader = createJournalReader()
  let lines: LineFile | undefined
  let head: HeadFile | undefined
  try {
    lines = await openLineFile(file, reader.readLine, { isOwned: owner.isHeld })
    const { frontier } = reader.state
    head = openHeadFile(`${file}.head`, () => ({ size: frontier.size, rootHash: encodeRoot(frontier) }))
    if (head.found !== null) reader.assertReaches(head.found)
    return { lines, head, state: reader.state }
  } catch (error) {
    head?.close()
    await lines?.close()
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
 * A line that a crash cut short is dropped at the next opening: it was never acknowledged. The last acknowledged head
 * stands in `FILE.head` too, so a journal that was deleted or cut is noticed; `FILE.lock` and `FILE.owner` keep a second
 * writer out.
 *
 * @throws ERR_AUDIT_STORE_CORRUPT when the file does not hold what it should, ERR_AUDIT_STORE_IN_USE when another
 * process has it open.
 */
export const openJournalSink = async (options: JournalSinkOptions): Promise<SpanSink> => {
  const { file, signingKey, now = () => new Date() } = options
  const owner = ownJournal(file)
  const { lines, head, state } = await openJournal(file, owner).catch((error: unknown) => {
    owner.release()
    throw error
  })
  const { places } = state
  let { frontier, unheaded } = state
  let isClosed = false

  const seal = (spans: readonly ReadableSpan[]) => {
    const receivedAt = now().toISOString()
    return canonicalSpans(spans).map((span) =>
      sealRecord(span, { producer: 'local', sessionId: null, principal: null, receivedAt }),
    )
  }

  const writeHead = (acknowledged: AcknowledgedHead): void => {
    try {
      head.write(acknowledged)
    } catch {
      throw notDurable('store-failed')
    }
  }

  return {
    write: oneAtATime(async (spans: readonly ReadableSpan[]) => {
      if (isClosed) throw notDurable('closed')
      lines.assertSound()
      const { added: sealed, held } = withoutHeld(seal(spans), places)
      const firstLeaf = frontier.size
      const leafHashes = sealed.map(({ leafHash }) => leafHash)
      const grown = appendLeaves(frontier, leafHashes).frontier
      const root = frontierRoot(grown)
      if (sealed.length > 0) {
        const grownHead = { size: grown.size, root }
        const note =
          signingKey === undefined
            ? null
            : signCheckpoint(grownHead, signingKey.name, signingKey.privateKey, now())
        const exported = createExportedHead(
          { ...grownHead, note, from: firstLeaf - unheaded.length },
          { leaves: [...unheaded, ...leafHashes], frontier: grown.hashes },
        )
        const records = sealed.map(({ text }, offset) =>
          formatRecordLine({ index: firstLeaf + offset, text }),
        )
        await lines.append([...records, formatHeadLine(exported)].join(''))
        for (const [offset, { id }] of sealed.entries()) places.set(id, firstLeaf + offset)
        frontier = grown
        unheaded = []
        writeHead({ size: grown.size, rootHash: encodeRoot(grown) })
      }
      return {
        firstLeaf,
        leaves: sealed.length,
        ...held,
        treeSize: grown.size,
        rootHash: encodeRoot(grown),
      }
    }),
    close: async () => {
      if (isClosed) return
      isClosed = true
      await lines.close()
      head.close()
      owner.release()
    },
  }
}
