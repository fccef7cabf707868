import { randomUUID } from 'node:crypto'
import { splitStatements } from '@snowfence/sql'
import { createGovernedError } from '../driver/driver-error.ts'
import type { GovernedResult } from '../pipeline/governed-result.ts'
import type { ReceivedStatement } from './statement-options.ts'

const isCount = (name: string): boolean => name.toUpperCase() === 'MULTI_STATEMENT_COUNT'

/** How many statements the caller says the text has: 0 for any number, null for an ordinary statement. */
export const batchCountOf = ({ parameters }: ReceivedStatement): number | null => {
  const found = Object.entries(parameters ?? {}).find(([name]) => isCount(name))
  return found === undefined ? null : Number(found[1])
}

/** Whether a text may hold several statements: something stands behind a semicolon, if only a comment. */
export const mayBeBatch = ({ sqlText }: ReceivedStatement): boolean => /;\s*[^\s;]/.test(sqlText ?? '')

/** Whether a text holds several statements, where the session lets it. */
export const isSessionBatch = ({ sqlText }: ReceivedStatement, sessionCount: number): boolean =>
  sessionCount !== 1 && splitStatements(sqlText ?? '').length > 1

/** One statement of a batch, and its text as the driver tells of it. */
export interface BatchPart {
  readonly received: ReceivedStatement
  readonly written: string
}

/** Snowflake gives each `?` of the whole text the next bind. Null where there are more or fewer. */
const spreadBinds = (
  binds: ReceivedStatement['binds'],
  counts: readonly number[],
): readonly ReceivedStatement['binds'][] | null => {
  if (binds === undefined) return counts.map(() => undefined)
  if (binds.some(Array.isArray) || counts.reduce((sum, next) => sum + next, 0) !== binds.length) return null
  let from = 0
  return counts.map((count) => {
    from += count
    return count === 0 ? undefined : binds.slice(from - count, from)
  })
}

/**
 * Takes a multi-statement text apart, so that each part is judged, recorded and run by itself, with the binds that are its own.
 *
 * @throws GovernedError with Snowflake's code 000008 when the text has another number of statements than was said, and
 * ERR_STATEMENT_UNSUPPORTED for bulk binds, for another number of binds than of `?`, and for an asynchronous start
 */
export const splitBatch = (received: ReceivedStatement, count: number): readonly BatchPart[] => {
  const parts = splitStatements(received.sqlText ?? '')
  if (count !== 0 && parts.length !== count)
    throw createGovernedError('ERR_STATEMENT_UNSUPPORTED', {
      code: '000008',
      sqlState: '0A000',
      message: `Actual statement count ${parts.length} did not match the desired statement count ${count}.`,
      hint: 'set MULTI_STATEMENT_COUNT to the number of statements, or to 0 for any number',
    })
  const binds = spreadBinds(
    received.binds,
    parts.map((part) => part.binds),
  )
  if (binds === null || received.asyncExec)
    throw createGovernedError('ERR_STATEMENT_UNSUPPORTED', {
      message: 'several statements in one text take one bind for each `?`, and no asynchronous start',
      hint: 'send the statements one at a time',
    })
  const parameters = Object.fromEntries(
    Object.entries(received.parameters ?? {}).filter(([name]) => !isCount(name)),
  )
  return parts.map(({ text, written }, index) => ({
    written,
    received: {
      ...received,
      sqlText: text,
      binds: binds[index],
      parameters,
      requestId: index === 0 ? received.requestId : randomUUID(),
    },
  }))
}

/**
 * Runs the parts one after the other. As with Snowflake, a part that fails fails the whole batch, and what ran before it
 * has run.
 */
export const runBatch = async (
  parts: readonly ReceivedStatement[],
  govern: (part: ReceivedStatement, index: number) => Promise<GovernedResult>,
): Promise<readonly GovernedResult[]> => {
  const results: GovernedResult[] = []
  try {
    for (const [index, part] of parts.entries()) results.push(await govern(part, index))
    return results
  } catch (error) {
    await Promise.allSettled(results.map(async (result) => await result.settle({ rows: 0, error: null })))
    throw error
  }
}
