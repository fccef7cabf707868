import type { FastifyReply } from 'fastify'
import type { SessionListener } from '../sessions/session-signals.ts'

const HEARTBEAT_MS = 15_000
/** Events that a client has not read. A policy has some hundred kilobytes. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024

export interface EventStreamOptions {
  readonly signal: AbortSignal
  /** Whether the stream may go on; asked at each heartbeat. A rejection ends it. */
  readonly isLive: () => Promise<boolean>
  /** The same, asked once when the stream listens: its session may have ended between its bearer's check and that. */
  readonly wasLive: () => Promise<boolean>
  /** Begins to listen; gives the function that ends it. */
  readonly listen: (listener: SessionListener) => () => void
  /** Called once, when the stream is over. */
  readonly onEnd: () => void
}

/**
 * Answers with server-sent events until the client goes or no longer reads, the broker closes, or the session is over.
 * Gives the function that ends the stream.
 */
export const sendEvents = (
  reply: FastifyReply,
  { signal, isLive, wasLive, listen, onEnd }: EventStreamOptions,
): (() => void) => {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    // A connection that is kept after the stream would hold up the broker's stop.
    connection: 'close',
  })
  let hasEnded = false
  const end = (): void => {
    if (hasEnded) return
    hasEnded = true
    clearInterval(heartbeat)
    stopListening()
    signal.removeEventListener('abort', end)
    onEnd()
    raw.end()
  }
  const send = (text: string): void => {
    raw.write(text)
    if (raw.writableLength <= MAX_UNREAD_BYTES) return
    end()
    raw.destroy()
  }
  const goOnIf = (live: Promise<boolean>, goOn: () => void = () => undefined): void => {
    live.then(
      (isSo) => {
        if (hasEnded) return
        if (isSo) goOn()
        else end()
      },
      () => end(),
    )
  }
  const heartbeat = setInterval(() => {
    // The heartbeat before is still unread: the client does not read at all.
    if (raw.writableNeedDrain) {
      end()
      raw.destroy()
      return
    }
    goOnIf(isLive(), () => send(': alive\n\n'))
  }, HEARTBEAT_MS)
  heartbeat.unref()
  const stopListening = listen({
    onEvent(event) {
      send(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
      if (event.type === 'session.revoked') end()
    },
    onEnd: end,
  })
  send(': connected\n\n')
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  else goOnIf(wasLive())
  return end
}
