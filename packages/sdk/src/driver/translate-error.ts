import { isSnowfenceError } from '@snowfence/core'
import { createGovernedError, isGovernedError, shapeError } from './driver-error.ts'
import { translateFileError } from './file-error.ts'
import { textsWithoutValues } from './snowflake-words.ts'

/** Names of the driver's errors whose texts are its own and never the server's. */
const ownWords = new Set(['ClientError', 'NetworkError', 'LargeResultSetError', 'OCSPError', 'CRLError'])

/** Names of the driver's errors that pass on what a server said. */
const serversWords = new Set(['OperationFailedError', 'RequestFailedError', 'UnexpectedContentError'])

interface DriverErrorMembers {
  readonly name?: unknown
  readonly code?: unknown
  readonly sqlState?: unknown
  readonly message?: unknown
  readonly isFatal?: unknown
  readonly execution?: unknown
  readonly hint?: unknown
  readonly data?: {
    readonly queryId?: unknown
    readonly type?: unknown
    readonly line?: unknown
    readonly pos?: unknown
  } | null
}

/** What stands in quotes in a text of the warehouse can be a value, and so can a longer number. */
const withoutValues = (text: string): string =>
  text
    .replace(/'(?:[^']|'')*'/g, '?')
    .replace(/"(?:[^"]|"")*"/g, '?')
    .replace(/\d{3,}/g, '?')

/** When the warehouse failed, as `COMPILATION`, and where in the text. Neither is a value. */
const placeOf = (data: DriverErrorMembers['data']): Readonly<Record<string, unknown>> => ({
  ...(typeof data?.type === 'string' && /^[A-Z_]{1,40}$/.test(data.type) && { type: data.type }),
  ...(Number.isInteger(data?.line) && { line: data?.line }),
  ...(Number.isInteger(data?.pos) && { pos: data?.pos }),
})

const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/**
 * Rebuilds an error of the driver's from the parts that are safe to show.
 *
 * The driver's errors carry the HTTP response, its body, and causes that hold request headers with tokens: none of
 * these is taken over. Snowflake's own texts quote values, so they are replaced: by its words without the value for the
 * failures that are met most, by a text of ours for others. Those of SQLSTATE class 42 (syntax, names, privileges) stay,
 * without what they quote. Code and SQLSTATE are kept.
 */
export const translateDriverError = (
  error: unknown,
  traceId: string | null,
  { isLogin = false } = {},
): Error => {
  if (isGovernedError(error)) return error
  if (isSnowfenceError(error))
    return createGovernedError(error.code, {
      message: error.message,
      hint: error.hint,
      traceId,
    })
  const given = (error ?? {}) as DriverErrorMembers
  // It was translated before, when what is known of its statement was added.
  if (error instanceof Error && given.execution !== undefined) return error
  const name = asText(given.name) ?? 'Error'
  const sqlState = asText(given.sqlState)
  if (ownWords.has(name)) {
    return shapeError(new Error(asText(given.message) ?? 'the driver failed'), {
      name,
      code: given.code,
      ...(sqlState === null ? {} : { sqlState }),
      ...(given.isFatal === true ? { isFatal: true } : {}),
    })
  }
  const ofFile = translateFileError(error, traceId, placeOf(given.data))
  if (ofFile !== null) return ofFile
  if (!serversWords.has(name))
    return createGovernedError('ERR_GOVERNANCE_FAILED', {
      code: '000000',
      sqlState: '58000',
      message: `a part of the governance failed with \`${name}\`; its text is withheld because it can quote values`,
      traceId,
    })
  const code = typeof given.code === 'string' || typeof given.code === 'number' ? given.code : '000000'
  const isAboutNames = sqlState?.startsWith('42') === true
  const text = asText(given.message) ?? ''
  const said = isLogin ? text : isAboutNames ? withoutValues(text) : ''
  return createGovernedError('ERR_WAREHOUSE_FAILED', {
    code,
    sqlState: sqlState ?? '58000',
    message:
      said !== ''
        ? said
        : (textsWithoutValues[String(code)] ??
          `the warehouse answered with error ${code} (SQLSTATE ${sqlState ?? 'unknown'}); its text is withheld because it can quote values`),
    queryId: asText(given.data?.queryId),
    data: placeOf(given.data),
    traceId,
  })
}

/** Rebuilds a login's error. No statement has run, so the server's text quotes no data and stays. */
export const translateLoginError = (error: unknown): Error =>
  translateDriverError(error, null, { isLogin: true })
