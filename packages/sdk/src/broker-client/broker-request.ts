import {
  brokerErrorSchema,
  type ErrorCode,
  errorCatalogue,
  parseOnce,
  type Secret,
  SnowfenceError,
} from '@snowfence/core'
import type { HttpAnswer, HttpClient } from '@snowfence/core/http'

/** What a good answer looks like: a schema of core's protocol. */
export interface AnswerSchema<T> {
  safeParse(
    value: unknown,
    how: typeof parseOnce,
  ):
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

const parseJson = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** An error of the broker's keeps its code and hint where both are of the catalogue; anything else is not believed. */
const refusalOf = ({ status, body }: HttpAnswer): SnowfenceError => {
  const parsed = brokerErrorSchema.safeParse(parseJson(body), parseOnce)
  if (parsed.success && isKnownCode(parsed.data.error.code)) {
    const { code, message, hint, details } = parsed.data.error
    return new SnowfenceError(code, { message, hint, ...(details ? { details } : {}) })
  }
  return new SnowfenceError('ERR_BROKER_RESPONSE_INVALID', {
    message: `the broker answered with status ${status} and without an error that is understood`,
    details: { status },
  })
}

const unreachable = (broker: URL, why: string, cause?: unknown): SnowfenceError =>
  new SnowfenceError('ERR_BROKER_UNREACHABLE', {
    message: `the broker at \`${broker.origin}\` ${why}`,
    ...(cause === undefined ? {} : { cause }),
  })

/** Node's codes for a certificate that nobody known vouches for, that is for another name, or that is out of its time. */
const certificateCode =
  /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|INVALID_CA|HOSTNAME_MISMATCH)/

const failureOf = (broker: URL, cause: unknown): SnowfenceError => {
  const code = String((cause as { code?: unknown } | null)?.code ?? '')
  if (!certificateCode.test(code)) return unreachable(broker, 'could not be reached', cause)
  return new SnowfenceError('ERR_BROKER_UNREACHABLE', {
    message: `the certificate of the broker at \`${broker.origin}\` is not trusted (${code})`,
    hint: 'give the certificate authority of the broker as `brokerCa` (SNOWFENCE_BROKER_CA_FILE), and its name as in the certificate',
    cause,
  })
}

/**
 * One request to the broker. Redirects are refused: the token is meant for the broker alone.
 *
 * @throws SnowfenceError ERR_BROKER_UNREACHABLE, ERR_BROKER_RESPONSE_INVALID, or the code the broker answered with
 * @throws the signal's reason when it was aborted
 */
export const requestBroker = async <T>(broker: HttpClient, request: BrokerRequest<T>): Promise<T> => {
  const { method, path, token, body, answer, signal, timeoutMs } = request
  let received: HttpAnswer
  try {
    received = await broker.send({
      method,
      path,
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
    throw failureOf(broker.url, cause)
  }
  const { status } = received
  if (status >= 300 && status < 400)
    throw unreachable(broker.url, 'answered with a redirect, which is not followed')
  if (status < 200 || status >= 400) throw refusalOf(received)
  if (answer === null) return undefined as T
  const parsed = answer.safeParse(parseJson(received.body), parseOnce)
  if (!parsed.success)
    throw new SnowfenceError('ERR_BROKER_RESPONSE_INVALID', {
      details: { path, problems: parsed.error.issues.map((issue) => issue.path.map(String).join('.')) },
    })
  return parsed.data
}
