import { type DriverShapedError, type GovernedError, isGovernedError, shapeError } from './driver-error.ts'
import { isOutage, outages, RESOLUTION_UNKNOWN } from './outages.ts'

/**
 * What is known of a statement that ended with an error: the warehouse never got it; the warehouse said that it failed,
 * and did nothing; it ran; or it may have run.
 */
export type StatementExecution = 'not-run' | 'failed' | 'ran' | 'unknown'

export interface KnownExecution {
  readonly execution: StatementExecution
  readonly queryId: string | null
  /** Null where the statement ended before its trace began. */
  readonly traceId: string | null
  /** Whether running the statement a second time could do something twice. */
  readonly isWrite: boolean
}

const lookItUp = (execution: 'ran' | 'unknown', queryId: string | null, traceId: string | null): string => {
  const by = queryId === null ? `{ traceId: '${traceId}' }` : `{ queryId: '${queryId}' }`
  const said = execution === 'ran' ? 'the statement ran' : 'the statement may have run'
  return `${said}: ask lookUp(${by}) of a connection before you run it again`
}

/** Tells a statement that an outage stopped from one that was denied. */
const nothingWasSent = (error: GovernedError): Pick<GovernedError, 'message' | 'reason' | 'hint'> => {
  const suffix = ` (${error.snowfenceCode})`
  const headline = error.message.endsWith(suffix) ? error.message.slice(0, -suffix.length) : error.message
  return {
    message: `${headline}: no policy denied the statement, and nothing was sent to Snowflake${suffix}`,
    reason: `${error.reason}: no policy denied the statement, and nothing was sent to Snowflake`,
    hint: 'run it again; if it fails again, check that the broker is reachable and healthy (`/readyz`)',
  }
}

/**
 * The same error with what is known of its statement. A copy: one reason can end many statements.
 *
 * A write that ran, or may have run, is never called retryable.
 */
export const withExecution = (
  error: Error,
  { execution, queryId, traceId, isWrite }: KnownExecution,
): DriverShapedError => {
  const isDangerous = isWrite && (execution === 'ran' || execution === 'unknown')
  const { name, stack, cause } = error
  const told =
    execution === 'not-run' && isGovernedError(error) && outages.has(error.snowfenceCode)
      ? nothingWasSent(error)
      : null
  const message = told?.message ?? error.message
  const copy = new Error(message, cause === undefined ? undefined : { cause })
  if (stack !== undefined) copy.stack = stack.replace(error.message, () => message)
  const members: Record<string, unknown> = { ...error, ...told, name }
  if (isGovernedError(error)) members.traceId = error.traceId ?? traceId
  if (isDangerous) {
    members.retryable = false
    members.hint = lookItUp(execution, queryId, traceId)
  }
  // A program that runs a statement again after a lost connection must not do so with such a write.
  const sqlState =
    isDangerous && isGovernedError(error) && isOutage(error.snowfenceCode)
      ? { sqlState: RESOLUTION_UNKNOWN }
      : {}
  Object.assign(members, sqlState)
  const { data } = error as DriverShapedError
  if (data !== undefined) members.data = { ...data, ...sqlState, ...(queryId === null ? {} : { queryId }) }
  // Not enumerable: whoever lists the members of an error finds those of the driver's.
  Object.defineProperty(copy, 'execution', { value: execution })
  return shapeError(copy, members)
}

/** The same, where the error does not say it yet: the first word stands, since it is nearest to the warehouse. */
export const sayingExecution = (error: Error, known: KnownExecution): Error =>
  (error as DriverShapedError).execution === undefined ? withExecution(error, known) : error
