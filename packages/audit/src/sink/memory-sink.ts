import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { type SealedRecord, sealRecord } from '../codec/audit-record.ts'
import { canonicalSpans } from '../codec/canonical-spans.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { createAuditTree } from '../tree/audit-tree.ts'
import { createMemoryTreeStore } from '../tree/memory-tree-store.ts'
import { notDurable } from './not-durable.ts'
import type { SpanSink } from './span-sink.ts'

export interface MemorySink extends SpanSink {
  /** Everything that was written, in order. */
  readonly records: readonly SealedRecord[]
}

/** Keeps sealed records in this process: for tests and first tries. Nothing of it survives the process. */
export const createMemorySink = (now: () => Date = () => new Date()): MemorySink => {
  const records: SealedRecord[] = []
  const ids = new Set<string>()
  const tree = createAuditTree(createMemoryTreeStore())
  let isClosed = false
  return {
    records,
    write: oneAtATime(async (spans: readonly ReadableSpan[]) => {
      if (isClosed) throw notDurable('closed')
      const source = {
        producer: 'local',
        sessionId: null,
        principal: null,
        receivedAt: now().toISOString(),
      } as const
      const sealed = canonicalSpans(spans)
        .map((span) => sealRecord(span, source))
        .filter(({ id }) => !ids.has(id))
      const { firstLeaf, head } = await tree.append(sealed.map(({ leafHash }) => leafHash))
      for (const record of sealed) {
        records.push(record)
        ids.add(record.id)
      }
      return {
        firstLeaf,
        leaves: sealed.length,
        treeSize: head.size,
        rootHash: Buffer.from(head.root).toString('base64'),
      }
    }),
    close: async () => {
      isClosed = true
    },
  }
}
