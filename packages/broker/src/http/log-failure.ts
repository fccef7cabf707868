import type { SnowfenceError } from '@snowfence/core'
import type { FastifyBaseLogger } from 'fastify'
import { damageOf } from '../database/damaged-row.ts'

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined

/** Clients are sent to this log. */
const MEND_ROW =
  'correct this row, or restore the database from a backup: docs/broker.md says how under "When a row is damaged"'

/** Codes of errors whose hint is for the operator. */
const HAS_NEXT_STEP: ReadonlySet<string> = new Set(['ERR_BROKER_DATABASE_PRIVILEGE'])

/** Logs a failure of the broker's own side: of a damaged row also where it stands, and what to do. */
export const logFailure = (log: FastifyBaseLogger, error: SnowfenceError): void => {
  const damage = damageOf(error)
  log.error(
    {
      code: error.code,
      ...(damage === null ? { causeCode: codeOf(error.cause) } : { ...damage, hint: MEND_ROW }),
      ...(HAS_NEXT_STEP.has(error.code) ? { hint: error.hint } : {}),
    },
    error.message,
  )
}
