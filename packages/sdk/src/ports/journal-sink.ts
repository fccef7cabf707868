import { open } from 'node:fs/promises'
import {
  canonicalSpans,
  createAuditTree,
  createMemoryTreeStore,
  type SpanSink,
  sealRecord,
} from '@snowfence/audit'
import { SnowfenceError } from '@snowfence/core'

const source = (now: Date) =>
  ({ producer: 'local', sessionId: null, principal: null, receivedAt: now.toISOString() }) as const

/**
 * Keeps the audit trail in a file, one sealed record per line, for a first try without a broker. A write resolves
 * when the operating system says that the bytes are on the disk.
 *
 * The file is only ever appended to. It proves nothing against the one who owns it: that is what a broker is for.
 */
export const createJournalSink = (path: string): SpanSink => {
  const tree = createAuditTree(createMemoryTreeStore())
  // Opened by the first write, and again when that failed: a disk that was full may have room later.
  let file: ReturnType<typeof open> | null = null
  return {
    write: async (spans) => {
      try {
        file ??= open(path, 'a', 0o600)
        const handle = await file
        const sealed = canonicalSpans(spans).map((span) => sealRecord(span, source(new Date())))
        await handle.appendFile(sealed.map(({ text }) => `${text}\n`).join(''), 'utf8')
        await handle.datasync()
        const { firstLeaf, head } = await tree.append(sealed.map(({ leafHash }) => leafHash))
        return {
          firstLeaf,
          leaves: sealed.length,
          treeSize: head.size,
          rootHash: Buffer.from(head.root).toString('base64'),
        }
      } catch (cause) {
        file = null
        throw new SnowfenceError('ERR_AUDIT_NOT_DURABLE', {
          message: `the journal \`${path}\` could not be written`,
          cause,
        })
      }
    },
    close: async () => {
      const handle = await file?.catch(() => null)
      file = null
      await handle?.close()
    },
  }
}
