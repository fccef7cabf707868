/** Which part of the history QUERY_HISTORY is asked for. */
export interface HistoryArguments {
  /** Queries that run, or ended at that moment or later. */
  readonly since: Date | null
  /** The latest so many. */
  readonly limit: number
}

/** Snowflake: RESULT_LIMIT is at most 10,000. */
const LONGEST = 10_000

/**
 * Reads the named arguments of QUERY_HISTORY, each as `NAME=>value`. Null for any that is not understood.
 *
 * Without a limit the whole history is given, where Snowflake gives 100: tests look for everything that ran.
 */
export const readHistoryArguments = (args: readonly string[]): HistoryArguments | null => {
  let since: Date | null = null
  let limit = Number.POSITIVE_INFINITY
  for (const arg of args) {
    const [, name, value = ''] = /^([A-Z_]+)=>(.*)$/s.exec(arg) ?? []
    if (name === 'RESULT_LIMIT' && /^\d{1,5}$/.test(value) && Number(value) <= LONGEST) limit = Number(value)
    else if (name === 'END_TIME_RANGE_START' && !Number.isNaN(Date.parse(value))) since = new Date(value)
    else return null
  }
  return { since, limit }
}
