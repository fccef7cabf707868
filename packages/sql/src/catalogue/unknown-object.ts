/** Does not exist or not authorized; the same of a schema or database; no privilege on it. */
const UNKNOWN: ReadonlySet<string> = new Set(['002003', '002043', '003001'])

/**
 * Whether the warehouse said that there is no such table, or that the role does not see it. A read that was cancelled, timed
 * out, or had no warehouse to run in says nothing about the table: to take it for absent would give its name to something else.
 */
export const isUnknownObject = (error: unknown): boolean => {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown }
  return name === 'OperationFailedError' && typeof code === 'string' && UNKNOWN.has(code)
}
