import http from 'node:http'
import https from 'node:https'

export interface HttpPostOptions {
  /** Certificate authorities to trust beside the system's, in PEM. */
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
 * Node's own client and not `fetch`: measured over loopback it takes about half the time per request
 * (`docs/decisions/`), and a statement waits for it.
 */
export const createHttpPost = (url: URL, { ca }: HttpPostOptions = {}): HttpPost => {
  const isSecure = url.protocol === 'https:'
  const agent = isSecure
    ? new https.Agent({
        keepAlive: true,
        maxSockets: 2,
        scheduling: 'lifo',
        ...(ca === undefined ? {} : { ca }),
      })
    : new http.Agent({ keepAlive: true, maxSockets: 2, scheduling: 'lifo' })
  const open = isSecure ? https.request : http.request

  const post: HttpPost = (body, headers, signal) =>
    new Promise((resolve, reject) => {
      const request = open(
        url,
        { method: 'POST', agent, signal, headers: { ...headers, 'content-length': String(body.length) } },
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
      request.setNoDelay(true)
      request.on('error', reject)
      request.end(body)
    })
  post.close = () => agent.destroy()
  return post
}
