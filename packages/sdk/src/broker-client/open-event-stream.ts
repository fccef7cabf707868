import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

/**
 * Opens a response that stays open, on a socket that does not keep the process alive: a program that forgets to
 * destroy its connection ends as it does with snowflake-sdk.
 */
export const openEventStream = async (
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<IncomingMessage> =>
  await new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      headers,
      signal,
      agent: false,
    })
    request.on('response', resolve)
    request.on('error', reject)
    request.on('socket', (socket) => socket.unref())
    request.end()
  })
