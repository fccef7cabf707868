import { encodeTraceRequest, type SealedRecord, timeSkewOf } from '@snowfence/audit'

const MAX_QUEUED_RECORDS = 10_000
const MAX_BATCH = 500
const TIMEOUT_MS = 5000
const FIRST_RETRY_MS = 500
const MAX_ATTEMPTS = 5
/** What forwarding may add to the time of a graceful stop. */
const CLOSE_MS = 2000

export interface ForwarderOptions {
  /** Base address of an OTLP/HTTP receiver. */
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  readonly onForwarded: (records: number) => void
  readonly onDropped: (records: number) => void
}

/** Sends sealed records on to a trace viewer. The sealed store is the record, so here a failure may lose the view. */
export interface Forwarder {
  /** Takes the records or drops them; returns at once. */
  enqueue(records: readonly SealedRecord[]): void
  /**
   * Goes on sending for at most two seconds, each batch once, then ends the request that is under way.
   *
   * @returns the number of records that were not shown to the receiver since the call. They stay sealed.
   */
  close(): Promise<{ readonly notShown: number }>
}

const sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    timer.unref()
    signal.addEventListener('abort', done, { once: true })
  })

export const createForwarder = ({
  endpoint,
  headers,
  onForwarded,
  onDropped,
}: ForwarderOptions): Forwarder => {
  const address = `${endpoint.replace(/\/$/, '')}/v1/traces`
  const closing = new AbortController()
  const giveUp = new AbortController()
  let dropped = 0
  let queue: SealedRecord[] = []
  let draining: Promise<void> | null = null

  const encode = (batch: readonly SealedRecord[]): string => {
    const facts = new Map(
      batch.map(({ record, leafHash }) => {
        const skew = timeSkewOf(record)
        const hash = { 'snowfence.record.hash': Buffer.from(leafHash).toString('hex') }
        return [
          record.span,
          skew === null ? hash : { ...hash, 'snowfence.time.skew.ms': String(skew) },
        ] as const
      }),
    )
    return encodeTraceRequest(
      batch.map(({ record }) => record.span),
      (span) => facts.get(span) ?? {},
    )
  }

  const post = async (batch: readonly SealedRecord[]): Promise<boolean> => {
    try {
      const response = await fetch(address, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: encode(batch),
        signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), giveUp.signal]),
      })
      await response.body?.cancel()
      return response.ok
    } catch {
      return false
    }
  }

  const drop = (records: number): void => {
    dropped += records
    onDropped(records)
  }

  const send = async (batch: readonly SealedRecord[]): Promise<void> => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      if (await post(batch)) return onForwarded(batch.length)
      if (closing.signal.aborted) break
      await sleep(FIRST_RETRY_MS * 2 ** attempt, closing.signal)
    }
    drop(batch.length)
  }

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      if (giveUp.signal.aborted) {
        drop(queue.length)
        queue = []
        break
      }
      const batch = queue.slice(0, MAX_BATCH)
      queue = queue.slice(MAX_BATCH)
      await send(batch)
    }
    draining = null
  }

  return {
    enqueue(records) {
      const room = Math.max(0, MAX_QUEUED_RECORDS - queue.length)
      queue.push(...records.slice(0, room))
      if (records.length > room) drop(records.length - room)
      draining ??= drain()
    },
    async close() {
      const before = dropped
      closing.abort()
      const timer = setTimeout(() => giveUp.abort(), CLOSE_MS)
      await draining
      clearTimeout(timer)
      return { notShown: dropped - before }
    },
  }
}
