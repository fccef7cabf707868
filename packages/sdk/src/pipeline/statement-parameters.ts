import type { DecisionReason } from '@snowfence/core'
import { refuseSessionParameter } from '@snowfence/sql'

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

const notScalar = {
  message: 'a statement parameter has a value that is no text, number or boolean',
  hint: 'give a text, a number or a boolean',
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
    const refused = isScalar(value) ? refuseSessionParameter(name.toUpperCase(), String(value)) : notScalar
    if (refused !== null) return { code: 'statement-parameter', ...refused }
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
