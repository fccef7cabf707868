import type { FastifyReply, FastifyRequest } from 'fastify'

/** Long enough for a client that still sends to read its answer. */
const LINGER_MS = 1000

/**
 * Ends a request that was answered before its body was read. What still arrives is thrown away for a second, so that the
 * client sees the answer and not a reset; then the connection is cut.
 */
export const discardBody = ({ raw: request }: FastifyRequest, { raw: response }: FastifyReply): void => {
  if (request.complete) return
  const cut = setTimeout(() => request.socket.destroy(), LINGER_MS)
  cut.unref()
  request.once('end', () => clearTimeout(cut))
  response.once('close', () => {
    if (request.socket.destroyed) clearTimeout(cut)
  })
  request.resume()
}
