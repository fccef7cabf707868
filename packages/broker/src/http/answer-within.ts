import type { FastifyReply } from 'fastify'

/** What is smaller leaves the process at once, for the buffers of the system. */
const LARGE_BYTES = 64 * 1024

/** Ends the connection of a client that does not read a large answer within its time. */
export const answerWithin = ({ raw }: FastifyReply, payload: unknown, seconds: number): void => {
  const isText = typeof payload === 'string' || payload instanceof Uint8Array
  if (!isText || payload.length < LARGE_BYTES) return
  const cut = setTimeout(() => raw.destroy(), seconds * 1000)
  cut.unref()
  raw.once('close', () => clearTimeout(cut))
}
