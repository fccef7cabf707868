import type { FastifyReply } from 'fastify'
import type { SessionListener } from '../sessions/session-signals.ts'

const HEARTBEAT_MS = 15_000

export interface EventStreamOptions {
  readonly signal: AbortSignal
  /** Whether the stream may go on; asked at each heartbeat. A rejection ends it. */
  readonly isLive: () => Promise<boolean>
  /** Begins to listen; gives the function that ends it. */
  readonly listen: (listener: SessionListener) => () => void
}

/** Answers with server-sent events until the client goes, the broker closes, or the session is over. */
export const sendEvents = (reply: FastifyReply, { signal, isLive, listen }: EventStreamOptions): void => {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  raw.write(': connected\n\n')
  let hasEnded = false
  const end = (): void => {
    hasEnded = true
    clearInterval(heartbeat)
    stopListening()
    signal.removeEventListener('abort', end)
    raw.end()
  }
  const heartbeat = setInterval(() => {
    isLive().then(
      (live) => {
        if (hasEnded) return
        if (live) raw.write(': alive\n\n')
        else end()
      },
      () => end(),
    )
  }, HEARTBEAT_MS)
  heartbeat.unref()
  const stopListening = listen({
    onEvent(event) {
      raw.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
      if (event.type === 'session.revoked') end()
    },
    onEnd: end,
  })
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
}
