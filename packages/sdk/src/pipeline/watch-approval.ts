import { createGovernedError } from '../driver/driver-error.ts'
import type { GrantedApproval } from './approve.ts'

/** setTimeout holds at most this many milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1

/**
 * Ends a statement when the approval that it runs under is taken back, or when the time of the approval is over. Gives
 * the function that ends the watch.
 */
export const watchApproval = (
  { id, claim: { untilRevoked, validUntil } }: GrantedApproval,
  traceId: string,
  stop: (reason: Error) => void,
): (() => void) => {
  const watching = new AbortController()
  let timer: NodeJS.Timeout | undefined
  if (validUntil != null) {
    const remaining = Math.min(Math.max(0, Date.parse(validUntil) - Date.now()), LONGEST_TIMER)
    timer = setTimeout(() => {
      stop(
        createGovernedError('ERR_APPROVAL_EXPIRED', {
          message: 'the time of the approval ended while the statement ran',
          hint: 'ask for an approval that is valid for longer, or make the statement smaller',
          approvalId: id,
          traceId,
        }),
      )
    }, remaining)
    timer.unref()
  }
  untilRevoked?.(watching.signal).then(
    (isRevoked) => {
      if (isRevoked && !watching.signal.aborted)
        stop(createGovernedError('ERR_APPROVAL_REVOKED', { approvalId: id, traceId }))
    },
    () => {},
  )
  return () => {
    clearTimeout(timer)
    watching.abort()
  }
}
