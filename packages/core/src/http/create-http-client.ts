import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { urlToHttpOptions } from 'node:url'

// By this way and not by `import`, which reads every export of node:http, WebSocket and EventSource among them: that loads
// all of `fetch`, 20 ms at the start of a program that does not use it.
const http = process.getBuiltinModule('node:http')
const https = process.getBuiltinModule('node:https')

export interface HttpClientOptions {
  /** Certificate authorities, in PEM. Given, they alone vouch for the address, and none of those that Node knows. */
  readonly ca?: string
  /** How many connections are open at once; requests beyond wait for one. Unbounded by default. */
  readonly maxConnections?: number
  /** What is longer is no answer. 64 MiB by default. */
  readonly maxAnswerBytes?: number
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below the client's address and with its query, such as `v1/approvals?state=pending`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly signal: AbortSignal
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Requests to one address. Redirects are not followed: what a request carries is meant for this address alone. */
export interface HttpClient {
  readonly url: URL
  /** Sends one request over a kept connection and reads its answer. Rejects with Node's error, or the signal's reason. */
  send(request: HttpRequest): Promise<HttpAnswer>
  /** Opens an answer that stays open, on a connection of its own that does not keep the process alive. */
  open(request: Omit<HttpRequest, 'body'>): Promise<IncomingMessage>
  /** Lets go of kept connections. */
  close(): void
}

const MAX_ANSWER_BYTES = 64 * 1024 * 1024

const readAnswer = (response: IncomingMessage, maxBytes: number): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      length += chunk.length
      if (length > maxBytes) response.destroy(new Error('the answer is too long'))
    })
    response.on('error', reject)
    response.on('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: Buffer.concat(chunks),
      }),
    )
  })

/**
 * An HTTP client for one address over kept connections.
 *
 * Node's own client and not `fetch`, which took twice as long per request over loopback where a statement waits for it,
 * and cannot be given a certificate authority.
 */
export const createHttpClient = (url: URL, options: HttpClientOptions = {}): HttpClient => {
  const { ca, maxConnections = Number.POSITIVE_INFINITY, maxAnswerBytes = MAX_ANSWER_BYTES } = options
  const isSecure = url.protocol === 'https:'
  const trust = isSecure
    ? {
        // Stated, since an environment variable (NODE_TLS_REJECT_UNAUTHORIZED) could turn the default off.
        rejectUnauthorized: true,
        ...(ca === undefined ? {} : { ca }),
      }
    : {}
  const pooling = { keepAlive: true, noDelay: true, maxSockets: maxConnections, scheduling: 'lifo' } as const
  const agent = isSecure ? new https.Agent({ ...pooling, ...trust }) : new http.Agent(pooling)
  const start = isSecure ? https.request : http.request
  const target = urlToHttpOptions(url)
  const below = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`

  const send: HttpClient['send'] = ({ method, path, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const length =
        body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body as Uint8Array)) }
      const request = start(
        { ...target, agent, method, path: below + path, headers: { ...headers, ...length } },
        (response) => void readAnswer(response, maxAnswerBytes).then(resolve, reject),
      )
      // A listener of our own costs a fraction of what the request's `signal` option does.
      const abort = (): void => void request.destroy(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      request.on('close', () => signal.removeEventListener('abort', abort))
      request.on('error', reject)
      request.end(body)
    })

  const open: HttpClient['open'] = ({ method, path, headers, signal }) =>
    new Promise((resolve, reject) => {
      const request = start({
        ...target,
        ...trust,
        agent: false,
        method,
        path: below + path,
        headers,
        signal,
      })
      request.on('response', resolve)
      request.on('error', reject)
      request.on('socket', (socket) => socket.unref())
      request.end()
    })

  return { url, send, open, close: () => agent.destroy() }
}
