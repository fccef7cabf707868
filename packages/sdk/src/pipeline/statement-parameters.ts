import type { DecisionReason } from '@snowfence/core'
import { isTimeoutLongEnough } from '@snowfence/sql'

/**
 * Statement parameters that change how a result is written or when it is given up, and nothing else. Any other one
 * could change what the analysed text means (QUOTED_IDENTIFIERS_IGNORE_CASE, SEARCH_PATH), how much runs
 * (MULTI_STATEMENT_COUNT), or what a function that a policy releases gives: the weeks that a date is in under each WEEK_START
 * tell the date.
 */
const harmless =
  /^(STATEMENT_TIMEOUT_IN_SECONDS|STATEMENT_QUEUED_TIMEOUT_IN_SECONDS|LOCK_TIMEOUT|TIMEZONE|(DATE|TIME|TIMESTAMP(_NTZ|_LTZ|_TZ)?)_OUTPUT_FORMAT|BINARY_OUTPUT_FORMAT|JS_TREAT_INTEGER_AS_BIGINT|STRICT_JSON_OUTPUT|JSON_INDENT|USE_CACHED_RESULT)$/i

const dateFormatName = /^(DATE|TIMESTAMP(_NTZ|_LTZ|_TZ)?)_OUTPUT_FORMAT$/i

/**
 * A date that is turned into text inside of the warehouse is written in these formats, and its mask reads the year back.
 * So the year must stand where the mask looks for it: `"20"MM-01-DD` would have the month shown as a year.
 */
const plainDateFormat =
  /^(AUTO|(YYYY([-/.]?)MM\3DD|MM([-/.])DD\4YYYY|DD([-/.])MM\5YYYY|DD-MON-YYYY)(( |T|"T")(HH24|HH12|AM|PM|MI|SS|FF\d?|TZH|TZM|[ :.])*)?)$/i

const isTimeout = (name: string): boolean => name.toUpperCase() === 'STATEMENT_TIMEOUT_IN_SECONDS'

const isHarmless = (name: string, value: unknown): boolean =>
  harmless.test(name) &&
  isScalar(value) &&
  (!isTimeout(name) || isTimeoutLongEnough(String(value))) &&
  (!dateFormatName.test(name) || plainDateFormat.test(String(value)))

const isScalar = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

/** Why the parameters of a statement are refused, or null. QUERY_TAG is taken into the governed tag. */
export const refuseParameters = (
  parameters: Readonly<Record<string, unknown>> | undefined,
): DecisionReason | null => {
  for (const [name, value] of Object.entries(parameters ?? {})) {
    if (name.toUpperCase() === 'QUERY_TAG') continue
    if (isHarmless(name, value)) continue
    return {
      code: 'statement-parameter',
      message: `the statement parameter \`${name.slice(0, 60)}\` could change what the statement does`,
      hint: isTimeout(name)
        ? 'give 60 seconds or more, or leave the parameter out'
        : 'leave the parameter out',
    }
  }
  return null
}

/** The parameters to send: the harmless ones, and the governed tag in place of the caller's. */
export const sendableParameters = (
  parameters: Readonly<Record<string, unknown>> | undefined,
  queryTag: string,
): Record<string, unknown> => {
  const kept = Object.entries(parameters ?? {}).filter(([name]) => name.toUpperCase() !== 'QUERY_TAG')
  return { ...Object.fromEntries(kept), QUERY_TAG: queryTag }
}

/** The caller's own QUERY_TAG, in whatever case it was written. */
export const callerQueryTag = (parameters: Readonly<Record<string, unknown>> | undefined): unknown =>
  Object.entries(parameters ?? {}).find(([name]) => name.toUpperCase() === 'QUERY_TAG')?.[1]
