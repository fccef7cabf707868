import type { SnowfenceError } from '@snowfence/core'
import type { FastifyBaseLogger } from 'fastify'
import { damageOf } from '../database/damaged-row.ts'

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined

/** Logs a failure of the broker's own side: of a damaged row also where it stands, and what to do. */
export const logFailure = (log: FastifyBaseLogger, error: SnowfenceError): void => {
  const damage = damageOf(error)
  log.error(
    {
      code: error.code,
      ...(damage === null ? { causeCode: codeOf(error.cause) } : { ...damage, hint: error.hint }),
    },
    error.message,
  )
}
