import { encodeTraceRequest, type SealedRecord } from '@snowfence/audit'

const MAX_QUEUED_RECORDS = 10_000
const MAX_BATCH = 500
const TIMEOUT_MS = 5000
const FIRST_RETRY_MS = 500
const MAX_ATTEMPTS = 5

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
  /** Gives what is queued one last try, for at most one request's time. */
  close(): Promise<void>
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
  let queue: SealedRecord[] = []
  let draining: Promise<void> | null = null

  const encode = (batch: readonly SealedRecord[]): string => {
    const hashes = new Map(
      batch.map(({ record, leafHash }) => [record.span, Buffer.from(leafHash).toString('hex')] as const),
    )
    return encodeTraceRequest(
      batch.map(({ record }) => record.span),
      (span) => ({ 'snowfence.record.hash': hashes.get(span) ?? '' }),
    )
  }

  const post = async (batch: readonly SealedRecord[]): Promise<boolean> => {
    try {
      const response = await fetch(address, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: encode(batch),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      await response.body?.cancel()
      return response.ok
    } catch {
      return false
    }
  }

  const send = async (batch: readonly SealedRecord[]): Promise<void> => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      if (await post(batch)) return onForwarded(batch.length)
      if (closing.signal.aborted) break
      await sleep(FIRST_RETRY_MS * 2 ** attempt, closing.signal)
    }
    onDropped(batch.length)
  }

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
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
      if (records.length > room) onDropped(records.length - room)
      draining ??= drain()
    },
    async close() {
      closing.abort()
      await draining
    },
  }
}
