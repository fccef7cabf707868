import { runAsDriver } from '../driver/driver-context.ts'
import { sayingExecution } from '../driver/statement-execution.ts'
import { translateDriverError } from '../driver/translate-error.ts'
import { collectMaskedRows } from '../rows/collect-masked-rows.ts'
import type { DriverRow } from '../rows/row-shaper.ts'
import type { GovernedResult } from './governed-result.ts'
import { untilAborted } from './until-aborted.ts'

/**
 * Reads a result to its end and records how it ended. Rows that the outcome's record holds back are let out when it is
 * durable. Others are let out at once: their `authorize` record is durable since before they were read, and no later
 * statement of the connection is answered before the outcome is.
 *
 * @throws the driver's error or a GovernedError, after that was recorded in place of success
 */
export const collectResult = async (
  result: GovernedResult,
  signal: AbortSignal,
): Promise<readonly DriverRow[]> => {
  try {
    const rows = await untilAborted(
      runAsDriver(() => collectMaskedRows(result.openRows())),
      signal,
    )
    const isBehind = !result.awaitsOutcome
    const settling = result.settle({ rows: rows.length, error: null, isBehind })
    if (isBehind) settling.catch(() => {})
    else await settling
    return rows
  } catch (error) {
    const shown = sayingExecution(translateDriverError(error, result.traceId), result.known())
    // The first word to the trail stands: after a failed record of success this rejects with the same failure.
    await result.settle({ rows: 0, error: shown }).catch((failure: unknown) => {
      throw sayingExecution(translateDriverError(failure, result.traceId), result.known())
    })
    throw shown
  }
}
