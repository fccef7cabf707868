import { parseOnce, type Secret, type SessionEvent, sessionEventSchema } from '@snowfence/core'
import type { HttpClient } from '@snowfence/core/http'
import { pause } from './pause.ts'

export interface SessionEventsOptions {
  readonly broker: HttpClient
  readonly sessionId: string
  token(): Secret
  onEvent(event: SessionEvent): void
  /** The broker no longer knows the session: it ended or was revoked while nobody listened. */
  onGone(): void
  readonly signal: AbortSignal
}

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5_000
/** The broker writes something at least every 15 seconds. A stream that is silent for longer is broken, whatever TCP says. */
const LONGEST_SILENCE_MS = 40_000

/** WHATWG server-sent events: lines of `data:`, an empty line ends an event. Other fields do not matter here. */
const readEvents = async (body: AsyncIterable<Uint8Array>, onEvent: (event: SessionEvent) => void) => {
  const decoder = new TextDecoder()
  let rest = ''
  let data: string[] = []
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true })
    const lines = rest.split(/\r\n|\n|\r/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith('data:')) data.push(line.slice(5).trimStart())
      if (line !== '' || data.length === 0) continue
      const text = data.join('\n')
      data = []
      const parsed = sessionEventSchema.safeParse(parseJson(text), parseOnce)
      if (parsed.success) onEvent(parsed.data)
    }
  }
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/**
 * Listens for revocation and policy change until the signal ends it, and comes back after a broken connection.
 * Losing the stream grants nothing: each statement's record must still be acknowledged by the broker.
 */
export const listenToSession = async (options: SessionEventsOptions): Promise<void> => {
  const { broker, sessionId, signal } = options
  let pauseMs = FIRST_PAUSE_MS
  while (!signal.aborted) {
    try {
      const response = await broker.open({
        method: 'GET',
        path: `v1/sessions/${encodeURIComponent(sessionId)}/events`,
        headers: { authorization: `Bearer ${options.token().reveal()}`, accept: 'text/event-stream' },
        signal,
      })
      const { statusCode = 0 } = response
      if (statusCode === 401 || statusCode === 404 || statusCode === 410) {
        response.destroy()
        options.onGone()
        return
      }
      if (statusCode === 200) {
        pauseMs = FIRST_PAUSE_MS
        response.setTimeout(LONGEST_SILENCE_MS, () => response.destroy())
        await readEvents(response, options.onEvent)
      } else response.destroy()
    } catch {
      // A stream that broke is opened again below; what it would have said is learnt at the next request.
    }
    await pause(pauseMs, signal)
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }
}
