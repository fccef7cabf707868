import { createClientError } from '../driver/driver-error.ts'
import type { InnerConnection } from '../driver/inner-connection.ts'

/** snowflake-sdk: half a second times these, and 24 answers without data, before `getResultsFromQueryId` gives up. */
const UNIT_MS = 500
const PATTERN = [1, 1, 2, 3, 4, 8, 10]
const MOST_ANSWERS_WITHOUT_DATA = 24

/**
 * Polls Snowflake's monitoring until a query has ended, in the driver's rhythm.
 *
 * @throws the driver's error of a query that failed, 460002 for an unknown id and 460003 for one that did not succeed
 */
export const waitForQuery = async (inner: InnerConnection, queryId: string): Promise<void> => {
  let withoutData = 0
  for (let round = 0; ; round += 1) {
    const status = await inner.getQueryStatus(queryId, { throwIfError: true })
    if (status === 'SUCCESS') return
    if (status === 'NO_QUERY_DATA') throw createClientError('resultUnknown')
    if (!inner.isStillRunning(status)) throw createClientError('resultNotSuccessful')
    if (status === 'NO_DATA') withoutData += 1
    if (withoutData > MOST_ANSWERS_WITHOUT_DATA) throw createClientError('resultUnknown')
    const factor = PATTERN[Math.min(round, PATTERN.length - 1)] ?? 1
    await new Promise((resolve) => {
      setTimeout(resolve, UNIT_MS * factor)
    })
  }
}
