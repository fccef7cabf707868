import {
  brokerErrorSchema,
  type ErrorCode,
  errorCatalogue,
  type Secret,
  SnowfenceError,
} from '@snowfence/core'

/** What a good answer looks like: a schema of core's protocol. */
export interface AnswerSchema<T> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false
        readonly error: { readonly issues: readonly { readonly path: readonly PropertyKey[] }[] }
      }
}

export interface BrokerRequest<T> {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below the broker's address, such as `v1/sessions`. */
  readonly path: string
  readonly token: Secret
  readonly body?: unknown
  /** Null when the body of the answer does not matter. */
  readonly answer: AnswerSchema<T> | null
  readonly signal?: AbortSignal | undefined
  /** In milliseconds. */
  readonly timeoutMs: number
}

const isKnownCode = (code: string): code is ErrorCode => Object.hasOwn(errorCatalogue, code)

/** An error of the broker's keeps its code and hint where both are of the catalogue; anything else is not believed. */
const refusalOf = async (response: Response): Promise<SnowfenceError> => {
  const parsed = brokerErrorSchema.safeParse(await response.json().catch(() => null))
  if (parsed.success && isKnownCode(parsed.data.error.code)) {
    const { code, message, hint, details } = parsed.data.error
    return new SnowfenceError(code, { message, hint, ...(details ? { details } : {}) })
  }
  return new SnowfenceError('ERR_BROKER_RESPONSE_INVALID', {
    message: `the broker answered with status ${response.status} and without an error that is understood`,
    details: { status: response.status },
  })
}

/** The address of a path below the broker's, which may itself have a path. */
export const brokerUrl = (broker: URL, path: string): URL =>
  new URL(path, broker.href.endsWith('/') ? broker : `${broker.href}/`)

/**
 * One request to the broker. Redirects are refused: the token is meant for the broker alone.
 *
 * @throws SnowfenceError ERR_BROKER_UNREACHABLE, ERR_BROKER_RESPONSE_INVALID, or the code the broker answered with
 * @throws the signal's reason when it was aborted
 */
export const requestBroker = async <T>(broker: URL, request: BrokerRequest<T>): Promise<T> => {
  const { method, path, token, body, answer, signal, timeoutMs } = request
  let response: Response
  try {
    response = await fetch(brokerUrl(broker, path), {
      method,
      redirect: 'error',
      headers: {
        authorization: `Bearer ${token.reveal()}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
    })
  } catch (cause) {
    signal?.throwIfAborted()
    throw new SnowfenceError('ERR_BROKER_UNREACHABLE', {
      message: `the broker at \`${broker.origin}\` could not be reached`,
      cause,
    })
  }
  if (!response.ok) throw await refusalOf(response)
  if (answer === null) {
    await response.body?.cancel()
    return undefined as T
  }
  const parsed = answer.safeParse(await response.json().catch(() => undefined))
  if (!parsed.success)
    throw new SnowfenceError('ERR_BROKER_RESPONSE_INVALID', {
      details: { path, problems: parsed.error.issues.map((issue) => issue.path.map(String).join('.')) },
    })
  return parsed.data
}
