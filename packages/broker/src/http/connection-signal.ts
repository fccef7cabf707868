import type { FastifyReply } from 'fastify'

/** Aborts when the client has gone or the broker is closing: for answers that wait. */
export const connectionSignal = (reply: FastifyReply, closing: AbortSignal): AbortSignal => {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return AbortSignal.any([gone.signal, closing])
}
