import { SnowfenceError } from '@snowfence/core'

const TIMEOUT_MS = 5_000

/** One request to a token service of the machine's own. Its answer's text is a token, so it is in no error. */
export const fetchToken = async (
  source: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<string> => {
  let response: Response
  try {
    response = await fetch(url, {
      headers,
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]),
    })
  } catch (cause) {
    throw new SnowfenceError('ERR_IDENTITY_SOURCE_FAILED', {
      message: `the token service of ${source} could not be reached`,
      cause,
    })
  }
  if (response.ok) return await response.text()
  await response.body?.cancel()
  throw new SnowfenceError('ERR_IDENTITY_SOURCE_FAILED', {
    message: `the token service of ${source} answered with status ${response.status}`,
  })
}

/** A text member of a JSON answer, or the empty text. */
export const memberOf = (json: string, member: string): string => {
  try {
    const value = (JSON.parse(json) as Record<string, unknown> | null)?.[member]
    return typeof value === 'string' ? value : ''
  } catch {
    return ''
  }
}
