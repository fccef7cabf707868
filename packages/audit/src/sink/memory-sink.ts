import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { type SealedRecord, sealRecord } from '../codec/audit-record.ts'
import { canonicalSpans } from '../codec/canonical-spans.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { createAuditTree } from '../tree/audit-tree.ts'
import { createMemoryTreeStore } from '../tree/memory-tree-store.ts'
import { notDurable } from './not-durable.ts'
import type { SpanSink } from './span-sink.ts'
import { withoutHeld } from './without-held.ts'

export interface MemorySink extends SpanSink {
  /** Everything that was written, in order. */
  readonly records: readonly SealedRecord[]
}

/** Keeps sealed records in this process: for tests and first tries. Nothing of it survives the process. */
export const createMemorySink = (now: () => Date = () => new Date()): MemorySink => {
  const records: SealedRecord[] = []
  const places = new Map<string, number>()
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
      const all = canonicalSpans(spans).map((span) => sealRecord(span, source))
      const { added: sealed, held } = withoutHeld(all, places)
      const { firstLeaf, head } = await tree.append(sealed.map(({ leafHash }) => leafHash))
      for (const record of sealed) {
        places.set(record.id, records.length)
        records.push(record)
      }
      return {
        firstLeaf,
        leaves: sealed.length,
        ...held,
        treeSize: head.size,
        rootHash: Buffer.from(head.root).toString('base64'),
      }
    }),
    close: async () => {
      isClosed = true
    },
  }
}
