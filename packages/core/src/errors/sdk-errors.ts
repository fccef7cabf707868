import type { ErrorEntry } from './error-entry.ts'

export const sdkErrors = {
  ERR_STATEMENT_DENIED: {
    message: 'the statement was denied by policy',
    why: 'No rule permits it, or a rule forbids it.',
    hint: 'the reason names what would pass',
    retryable: false,
  },
  ERR_STATEMENT_UNSUPPORTED: {
    message: 'the statement is not understood well enough to be governed',
    why: 'What cannot be understood is denied.',
    hint: 'the reason names the construct and what would pass',
    retryable: false,
  },
  ERR_APPROVAL_REJECTED: {
    message: 'a reviewer rejected the statement',
    why: 'A person looked at the request and said no.',
    hint: 'read the comment of the reviewer; a changed statement is a new request',
    retryable: false,
  },
  ERR_APPROVAL_EXPIRED: {
    message: 'nobody decided the approval request in time',
    why: 'Silence is a denial.',
    hint: 'ask the approver group, then run the statement again',
    retryable: true,
  },
  ERR_APPROVAL_CANCELLED: {
    message: 'the approval request was withdrawn',
    why: 'The statement was cancelled or its connection closed before a decision.',
    hint: 'run the statement again if it is still needed',
    retryable: true,
  },
  ERR_RESULT_SHAPE_MISMATCH: {
    message: 'the result does not have the columns that the analysis foresaw',
    why: 'The rows were discarded, because a mask could land on the wrong column.',
    hint: 'refresh the catalogue by connecting again; a table may have changed meanwhile',
    retryable: true,
  },
  ERR_MEMBER_REFUSED: {
    message: 'this member of the driver is refused on a governed connection',
    why: 'It would be a way around the governance.',
    hint: 'the message names what to use instead',
    retryable: false,
  },
  ERR_OPTION_REFUSED: {
    message: 'this connection option is refused on a governed connection',
    why: 'Credentials come from the broker, and insecure transport is not allowed.',
    hint: 'remove the option',
    retryable: false,
  },
  ERR_LEASE_EXPIRED: {
    message: 'the lease has ended',
    why: 'The credential of a session lives minutes and could not be renewed.',
    hint: 'connect again',
    retryable: true,
  },
  ERR_SESSION_REVOKED: {
    message: 'the session was revoked',
    why: 'An operator or a policy ended the session of this agent.',
    hint: 'ask the operators of the broker',
    retryable: false,
  },
  ERR_IDENTITY_SOURCE_FAILED: {
    message: 'the identity token could not be read',
    why: 'The configured identity source gave no token.',
    hint: 'check the file, variable or function that provides the token',
    retryable: true,
  },
} as const satisfies Record<string, ErrorEntry>
