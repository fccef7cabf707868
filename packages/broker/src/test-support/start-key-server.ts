import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Answers one request of the broker for the documents of an issuer. */
type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface KeyServer {
  readonly url: string
  /** Paths that were asked for, in order. */
  readonly asked: string[]
  discovery: Answer
  jwks: Answer
  close(): Promise<void>
}

export const json =
  (body: unknown): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

/** Serves the discovery document and the keys of an issuer whose every answer the test chooses. */
export const startKeyServer = async (keys: readonly unknown[]): Promise<KeyServer> => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const answer = request.url === '/jwks' ? state.jwks : state.discovery
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const state: KeyServer = {
    url,
    asked,
    discovery: json({ issuer: url, jwks_uri: `${url}/jwks` }),
    jwks: json({ keys }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return state
}
