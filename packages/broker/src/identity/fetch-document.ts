const TIMEOUT_MS = 5000
/** Key sets and discovery documents have some kilobytes. */
const MAX_BYTES = 256 * 1024

/**
 * Fetches a small JSON document: within five seconds and 256 KiB (of what is left after decompression), and without
 * following a redirection.
 *
 * @throws Error when the answer is no such document.
 */
export const fetchDocument = async (url: string): Promise<unknown> => {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!response.ok || response.body === null) {
    await response.body?.cancel()
    throw new Error(`the document answered with status ${response.status}`)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop cancels the rest of the answer.
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > MAX_BYTES) throw new Error('the document is too large')
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}
