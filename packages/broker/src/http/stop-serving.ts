import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { App } from './app.ts'

/** A connection without a request, or with half of its headers, is cut so long after a stop has begun. */
const NO_REQUEST_LIMIT_MS = 1000
/** A request that is under way has so long to arrive and to be answered; then its connection is cut. */
const REQUEST_LIMIT_MS = 5000

/** Connections that a stop cut: with and without a request under way. */
export interface CutConnections {
  readonly withRequest: number
  readonly withoutRequest: number
}

/**
 * Gives the function that stops an application: it takes no new connections, answers the requests that are under way,
 * and ends within five seconds whatever its clients do.
 */
export const createStop = (app: App): (() => Promise<CutConnections>) => {
  const open = new Set<Socket>()
  const busy = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  app.server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    busy.add(socket)
    response.once('close', () => busy.delete(socket))
  })
  const cut = (isMeant: (socket: Socket) => boolean): number => {
    const sockets = [...open].filter(isMeant)
    for (const socket of sockets) socket.destroy()
    return sockets.length
  }
  return async () => {
    let [withRequest, withoutRequest] = [0, 0]
    const timers = [
      setTimeout(() => {
        withoutRequest += cut((socket) => !busy.has(socket))
      }, NO_REQUEST_LIMIT_MS),
      setTimeout(() => {
        withRequest += cut((socket) => busy.has(socket))
        withoutRequest += cut((socket) => !busy.has(socket) && !socket.destroyed)
      }, REQUEST_LIMIT_MS),
    ]
    try {
      await app.close()
    } finally {
      for (const timer of timers) clearTimeout(timer)
    }
    return { withRequest, withoutRequest }
  }
}
