import { isSnowfenceError, SnowfenceError } from '@snowfence/core'

/** Why a record is not durable: a closed list, in `details.cause` of ERR_AUDIT_NOT_DURABLE. */
export type NotDurableCause =
  | 'unreachable'
  | 'timeout'
  | 'unauthorized'
  | 'refused'
  | 'unavailable'
  | 'receipt-invalid'
  | 'queue-full'
  | 'aborted'
  | 'closed'
  | 'store-failed'
  | 'disk-full'

const messages: Readonly<Record<NotDurableCause, string>> = {
  unreachable: 'the audit store could not be reached',
  timeout: 'the audit store did not acknowledge the record in time',
  unauthorized: 'the audit store does not accept the session of this connection',
  refused: 'the audit store refused the record',
  unavailable: 'the audit store could not store the record',
  'receipt-invalid': 'the audit store answered without a valid receipt for the record',
  'queue-full': 'too many audit records wait for the audit store',
  aborted: 'the wait for the audit record was aborted',
  closed: 'the audit trail is closed',
  'store-failed': 'the audit record could not be written to the local store',
  'disk-full': 'the disk of the audit store is full',
}

/** The error for a record of which nobody knows that it is stored. `facts` holds no values, literals or tokens. */
export const notDurable = (
  cause: NotDurableCause,
  facts: Readonly<Record<string, unknown>> = {},
): SnowfenceError =>
  new SnowfenceError('ERR_AUDIT_NOT_DURABLE', {
    message: messages[cause],
    details: { cause, ...facts },
    ...(cause === 'disk-full'
      ? {
          hint: 'free space on the disk of the audit store, then run a read again; run a write again only where `execution` is `not-run`',
        }
      : {}),
  })

export const causeOf = (error: unknown): NotDurableCause | null =>
  isSnowfenceError(error, 'ERR_AUDIT_NOT_DURABLE') ? (error.details.cause as NotDurableCause) : null

const certainlyNotStored: ReadonlySet<NotDurableCause> = new Set([
  'disk-full',
  'unauthorized',
  'refused',
  'queue-full',
  'closed',
])

/** Whether the store may hold the record after this failure: it was sent, and no answer says what became of it. */
export const mayBeStored = (error: unknown): boolean => {
  const cause = causeOf(error)
  if (cause === null) return true
  if (cause === 'unreachable') return (error as SnowfenceError).details.isSent !== false
  return !certainlyNotStored.has(cause)
}

/** Whether the store may take the same record a moment later. */
export const mayPass = (error: unknown): boolean => {
  const cause = causeOf(error)
  return cause === 'unreachable' || cause === 'unavailable' || cause === 'timeout'
}
