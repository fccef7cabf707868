import { setTimeout as delay } from 'node:timers/promises'
import { text } from '../dictionary/snow-type.ts'
import { unsupported } from '../snowflake-error.ts'
import type { Token } from '../sql/lexer.ts'
import type { Execution } from './execution.ts'
import type { StatementResult } from './statement-result.ts'

const seconds: Readonly<Record<string, number>> = {
  MILLISECONDS: 0.001,
  SECONDS: 1,
  MINUTES: 60,
  HOURS: 3600,
}

/** The milliseconds of `SELECT SYSTEM$WAIT(n [, unit])` or `CALL SYSTEM$WAIT(…)`, null for any other statement. */
export const readWait = (tokens: readonly Token[]): number | null => {
  const [verb, name, open, amount, next, unit, close, ...rest] = tokens
  if (verb?.value !== 'SELECT' && verb?.value !== 'CALL') return null
  if (name?.value !== 'SYSTEM$WAIT' || open?.text !== '(' || amount?.kind !== 'number') return null
  if (next?.text === ')' && unit === undefined) return Number(amount.text) * 1000
  const factor =
    next?.text === ',' && close?.text === ')' ? seconds[unit?.value.toUpperCase() ?? ''] : undefined
  return factor === undefined || rest.length > 0 ? null : Number(amount.text) * factor * 1000
}

/** A statement that takes as long as asked: Snowflake has the same function. */
export const waitFor = async ({ signal }: Execution, milliseconds: number): Promise<StatementResult> => {
  await delay(milliseconds, undefined, { signal })
  return {
    type: 'select',
    columns: [{ name: 'SYSTEM$WAIT', type: text(), nullable: true, origin: null }],
    rows: [[`waited ${milliseconds / 1000} seconds`]],
    rowCount: 1,
  }
}

export const runCall = async (execution: Execution): Promise<StatementResult> => {
  const wait = readWait(execution.tokens)
  if (wait === null) throw unsupported('CALL of a procedure')
  return waitFor(execution, wait)
}
