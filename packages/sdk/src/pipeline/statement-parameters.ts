import type { DecisionReason } from '@snowfence/core'
import { refuseSessionParameter } from '@snowfence/sql'

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

const notScalar = {
  message: 'a statement parameter has a value that is no text, number or boolean',
  hint: 'give a text, a number or a boolean',
}

/** A text of several statements was taken apart before, so that one that is sent is one statement. */
const BATCH = 'MULTI_STATEMENT_COUNT'
const manyStatements = {
  message: 'a statement has another count of statements than 1, or two counts',
  hint: `give ${BATCH} once, in one spelling`,
}

const refuseParameter = (name: string, value: unknown): { message: string; hint: string } | null => {
  if (!isScalar(value)) return notScalar
  return name === BATCH && String(value) !== '1'
    ? manyStatements
    : refuseSessionParameter(name, String(value))
}

/**
 * Why the parameters of a statement are refused, or null. They are judged as ALTER SESSION is. QUERY_TAG is taken into the
 * governed tag.
 */
export const refuseParameters = (
  parameters: Readonly<Record<string, unknown>> | undefined,
): DecisionReason | null => {
  for (const [name, value] of Object.entries(parameters ?? {})) {
    if (name.toUpperCase() === 'QUERY_TAG') continue
    const refused = refuseParameter(name.toUpperCase(), value)
    if (refused !== null) return { code: 'statement-parameter', ...refused }
  }
  return null
}

/**
 * The parameters to send: the harmless ones, the governed tag in place of the caller's, and a count of one statement, since
 * one was judged, whatever the session or the account says.
 */
export const sendableParameters = (
  parameters: Readonly<Record<string, unknown>> | undefined,
  queryTag: string,
): Record<string, unknown> => {
  const kept = Object.entries(parameters ?? {}).filter(
    ([name]) => name.toUpperCase() !== 'QUERY_TAG' && name.toUpperCase() !== BATCH,
  )
  return { ...Object.fromEntries(kept), QUERY_TAG: queryTag, [BATCH]: 1 }
}

/** The caller's own QUERY_TAG, in whatever case it was written. */
export const callerQueryTag = (parameters: Readonly<Record<string, unknown>> | undefined): unknown =>
  Object.entries(parameters ?? {}).find(([name]) => name.toUpperCase() === 'QUERY_TAG')?.[1]
