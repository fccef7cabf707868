import { randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'

export interface TraceLoad {
  readonly url: string
  readonly session: { readonly sessionId: string; readonly sessionToken: string }
  /** Spans in one request. */
  readonly batch: number
  /** Requests under way at once. */
  readonly concurrency: number
}

interface Sent {
  readonly spanIds: readonly string[]
  /** HTTP status; 0 when the connection broke. */
  readonly status: number
  readonly retryAfter: string | undefined
  readonly milliseconds: number
}

/** The body of one OTLP request of a session, and the ids in it. */
export const traceBody = (sessionId: string, batch: number): { spanIds: string[]; body: string } => {
  const attributes = [
    { key: 'snowfence.span', value: { stringValue: 'query' } },
    { key: 'snowfence.schema.version', value: { intValue: 1 } },
    { key: 'snowfence.session.id', value: { stringValue: sessionId } },
  ]
  const spans = Array.from({ length: batch }, () => ({
    traceId: randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    name: 'query',
    kind: 3,
    attributes,
  }))
  return {
    spanIds: spans.map(({ spanId }) => spanId),
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
  }
}

const post = (agent: Agent, { url, session }: TraceLoad, body: string) =>
  new Promise<{ status: number; retryAfter: string | undefined }>((resolve) => {
    const sending = request(
      `${url}/v1/traces`,
      {
        agent,
        method: 'POST',
        headers: {
          authorization: `Bearer ${session.sessionToken}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        response.resume()
        response.once('close', () =>
          resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] }),
        )
      },
    )
    sending.once('error', () => resolve({ status: 0, retryAfter: undefined }))
    sending.end(body)
  })

/** Sends records of a session until it is stopped, a fixed number of requests at a time, and tells of each answer. */
export const startTraceLoad = (load: TraceLoad, onAnswer: (sent: Sent) => void) => {
  const agent = new Agent({ keepAlive: true, maxSockets: load.concurrency })
  let isOver = false
  const senders = Array.from({ length: load.concurrency }, async () => {
    while (!isOver) {
      const { spanIds, body } = traceBody(load.session.sessionId, load.batch)
      const begun = performance.now()
      const answer = await post(agent, load, body)
      onAnswer({ spanIds, ...answer, milliseconds: performance.now() - begun })
      // A broker that is down refuses at once: without a pause this would be a busy loop.
      if (answer.status !== 200) await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })
  return {
    async stop() {
      isOver = true
      await Promise.all(senders)
      agent.destroy()
    },
  }
}
