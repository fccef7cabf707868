import type { Server } from 'node:http'
import type { Socket } from 'node:net'

const CHECK_MS = 1000

/**
 * Ends connections on which bytes wait in this process for longer than a time: their clients do not read, or too slowly.
 * That holds for one large answer, for many small ones and for event streams.
 */
export const endSlowReaders = (server: Server, seconds: number): void => {
  /** Since when bytes have been waiting. */
  const waiting = new Map<Socket, number | null>()
  server.on('connection', (socket: Socket) => {
    waiting.set(socket, null)
    socket.once('close', () => waiting.delete(socket))
  })
  const check = setInterval(() => {
    const now = performance.now()
    for (const [socket, since] of waiting) {
      if (socket.writableLength === 0) {
        if (since !== null) waiting.set(socket, null)
      } else if (since === null) waiting.set(socket, now)
      else if (now - since >= seconds * 1000) socket.destroy()
    }
  }, CHECK_MS)
  check.unref()
  server.once('close', () => clearInterval(check))
}
