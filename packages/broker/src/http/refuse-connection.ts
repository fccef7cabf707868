import type { Socket } from 'node:net'
import { SnowfenceError } from '@snowfence/core'

const statuses: Readonly<Record<string, readonly [number, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
}

/** Answers what is no HTTP request, or not within its time and size, in the one form of errors. */
export const refuseConnection = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, reason] = statuses[error.code ?? ''] ?? [400, 'Bad Request']
  const { code, message, hint } = new SnowfenceError('ERR_REQUEST_INVALID', {
    message:
      status === 408
        ? 'the request did not arrive within its time'
        : 'the bytes that arrived are no HTTP request that the broker accepts',
    hint: 'send a request of HTTP/1.1 with headers of at most 24 KiB, without a pause',
  })
  const body = JSON.stringify({ error: { code, message, hint } })
  socket.end(
    [
      `HTTP/1.1 ${status} ${reason}`,
      'content-type: application/json',
      'cache-control: no-store',
      'connection: close',
      `content-length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  )
}
