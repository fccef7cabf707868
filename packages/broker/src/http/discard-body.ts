import type { FastifyReply, FastifyRequest } from 'fastify'

/** Long enough for a client that still sends to read its answer. */
const LINGER_MS = 1000
/** A rest of this size is read and thrown away, so that the connection can serve the next request. */
const SMALL_BYTES = 64 * 1024

/**
 * Ends a request that was answered before its body was read. A large body is no longer taken from the network: its sender
 * can read the answer for a second, then the connection is cut.
 */
export const discardBody = ({ raw: request }: FastifyRequest, { raw: response }: FastifyReply): void => {
  if (request.complete) return
  const { socket } = request
  const cut = setTimeout(() => socket.destroy(), LINGER_MS)
  cut.unref()
  request.once('close', () => clearTimeout(cut))
  request.once('end', () => clearTimeout(cut))
  if (Number(request.headers['content-length']) <= SMALL_BYTES) {
    request.resume()
    return
  }
  // Node begins to read the rest of a body when the answer is finished.
  response.once('finish', () => setImmediate(() => socket.pause()))
}
