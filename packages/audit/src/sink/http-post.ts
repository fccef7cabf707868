import http from 'node:http'
import https from 'node:https'
import { rootCertificates } from 'node:tls'
import { urlToHttpOptions } from 'node:url'

export interface HttpPostOptions {
  /** A certificate authority to trust beside those that Node brings, in PEM. */
  readonly ca?: string
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Uint8Array
}

/** Sends one POST and reads the answer; rejects with Node's error when the connection fails. */
export interface HttpPost {
  (body: Uint8Array, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpAnswer>
  close(): void
}

/** More than any acknowledgement needs: what is longer is not from a broker. */
const MAX_ANSWER_BYTES = 64 * 1024

/**
 * A POST to one address over kept connections.
 *
 * Node's own client and not `fetch`, which took twice as long per request over loopback, and a statement waits for it.
 */
export const createHttpPost = (url: URL, { ca }: HttpPostOptions = {}): HttpPost => {
  const isSecure = url.protocol === 'https:'
  const pooling = { keepAlive: true, noDelay: true, maxSockets: 2, scheduling: 'lifo' } as const
  const agent = isSecure
    ? new https.Agent({
        ...pooling,
        // Stated, since an environment variable (NODE_TLS_REJECT_UNAUTHORIZED) could turn the default off.
        rejectUnauthorized: true,
        ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
      })
    : new http.Agent(pooling)
  const open = isSecure ? https.request : http.request
  const target = { ...urlToHttpOptions(url), method: 'POST', agent }

  const post: HttpPost = (body, headers, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const request = open(
        { ...target, headers: { ...headers, 'content-length': String(body.length) } },
        (response) => {
          const chunks: Buffer[] = []
          let length = 0
          response.on('data', (chunk: Buffer) => {
            chunks.push(chunk)
            length += chunk.length
            if (length > MAX_ANSWER_BYTES) request.destroy(new Error('the answer is too long'))
          })
          response.on('error', reject)
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: Buffer.concat(chunks),
            }),
          )
        },
      )
      // A listener of our own costs a fraction of what the request's `signal` option does.
      const abort = () => request.destroy(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      request.on('close', () => signal.removeEventListener('abort', abort))
      request.on('error', reject)
      request.end(body)
    })
  post.close = () => agent.destroy()
  return post
}
