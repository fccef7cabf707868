import type { FastifyReply } from 'fastify'

/** One for all: a new one for each of thousands of answers costs more than the answer. */
const GONE = new Error('the client has gone')

/** Aborts when the client has gone or the broker is closing: for answers that wait. */
export const connectionSignal = (reply: FastifyReply, closing: AbortSignal): AbortSignal => {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort(GONE))
  return AbortSignal.any([gone.signal, closing])
}
