import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { Receipt } from '@snowfence/core'
import { causeOf, notDurable } from '../sink/not-durable.ts'
import type { SpanSink } from '../sink/span-sink.ts'

export interface GroupCommitOptions {
  readonly sink: SpanSink
  /** Records that may wait while a write is under way; one more is refused. */
  readonly maxQueue: number
  /** Records in one write. */
  readonly maxBatch: number
  /** How long one write may take. */
  readonly timeoutMilliseconds: number
  /** How long a record that may linger waits for another to travel with. */
  readonly lingerMilliseconds: number
}

export interface CommitOptions {
  readonly signal?: AbortSignal
  /** True for a record that nothing waits for yet: it goes with the next one that does not linger, or soon by itself. */
  readonly mayLinger?: boolean
}

/** Makes single records durable; those that come while a write is under way share the next one. */
export interface GroupCommit {
  /**
   * Resolves with the receipt that covers the span.
   *
   * An abort ends the wait, not the record: what happened is still written when the store can be reached.
   *
   * @throws ERR_AUDIT_NOT_DURABLE for exactly the records of the write that failed.
   */
  commit(span: ReadableSpan, options?: CommitOptions): Promise<Receipt>
  /** Writes what is queued, then refuses everything. */
  close(): Promise<void>
}

interface Waiting {
  readonly span: ReadableSpan
  readonly resolve: (receipt: Receipt) => void
  readonly reject: (error: unknown) => void
}

/** Runs a write with a limit of time that holds even for a store that does not heed the signal. */
const withinTime = async (
  milliseconds: number,
  write: (signal: AbortSignal) => Promise<Receipt>,
): Promise<Receipt> => {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      controller.abort()
      reject(notDurable('timeout', { milliseconds }))
    }, milliseconds)
  })
  try {
    return await Promise.race([write(controller.signal), timeout])
  } finally {
    clearTimeout(timer)
  }
}

export const createGroupCommit = (options: GroupCommitOptions): GroupCommit => {
  const { sink, maxQueue, maxBatch, timeoutMilliseconds, lingerMilliseconds } = options
  let queue: Waiting[] = []
  let draining: Promise<void> | null = null
  let lingering: NodeJS.Timeout | null = null
  let isClosed = false

  const write = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const spans = batch.map(({ span }) => span)
      const receipt = await withinTime(timeoutMilliseconds, (signal) => sink.write(spans, signal))
      for (const { resolve } of batch) resolve(receipt)
    } catch (error) {
      // One record that the store will never take must not fail the others that happened to travel with it.
      if (causeOf(error) === 'refused' && batch.length > 1) {
        const middle = Math.ceil(batch.length / 2)
        await write(batch.slice(0, middle))
        await write(batch.slice(middle))
        return
      }
      for (const { reject } of batch) reject(error)
    }
  }

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.slice(0, maxBatch)
      queue = queue.slice(maxBatch)
      await write(batch)
    }
    draining = null
  }

  const start = (): void => {
    if (lingering !== null) clearTimeout(lingering)
    lingering = null
    draining ??= drain()
  }

  return {
    commit: (span, { signal, mayLinger = false } = {}) => {
      if (isClosed) return Promise.reject(notDurable('closed'))
      if (signal?.aborted) return Promise.reject(notDurable('aborted'))
      if (queue.length >= maxQueue) return Promise.reject(notDurable('queue-full', { waiting: queue.length }))
      return new Promise<Receipt>((resolve, reject) => {
        const abort = () => reject(notDurable('aborted'))
        signal?.addEventListener('abort', abort, { once: true })
        const settle = () => signal?.removeEventListener('abort', abort)
        queue.push({
          span,
          resolve: (receipt) => {
            settle()
            resolve(receipt)
          },
          reject: (error) => {
            settle()
            reject(error)
          },
        })
        // While a write is under way, whatever comes shares the next one.
        if (draining !== null) return
        if (mayLinger) lingering ??= setTimeout(start, lingerMilliseconds)
        else start()
      })
    },
    close: async () => {
      isClosed = true
      if (lingering !== null) start()
      await draining
      await sink.close()
    },
  }
}
