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
  ERR_LEASE_ROLE_MISMATCH: {
    message: 'the Snowflake session does not hold exactly the role of its lease',
    why: 'The session was opened with another role, or with secondary roles that add privileges.',
    hint: 'compare the role in the broker configuration with the grants of the Snowflake user',
    retryable: false,
  },
  ERR_ROW_LIMIT_EXCEEDED: {
    message: 'the result has more rows than the policy allows',
    why: 'A result is never cut silently, so none of its rows was handed over.',
    hint: 'narrow the statement, aggregate, or add a LIMIT within the allowed number of rows',
    retryable: false,
  },
  ERR_SUBJECT_LIMIT_EXCEEDED: {
    message: 'the result would show more data subjects than the policy allows',
    why: 'A rule limits how many distinct people an agent may see in a task or in a day.',
    hint: 'aggregate over the subjects, or ask for fewer of them',
    retryable: false,
  },
  ERR_RATE_LIMIT_EXCEEDED: {
    message: 'the policy allows no more statements in this hour',
    why: 'A rule limits how many statements an agent may run in an hour.',
    hint: 'wait, or combine statements',
    retryable: true,
  },
  ERR_MASK_FAILED: {
    message: 'a value could not be masked',
    why: 'The value was withheld and the statement failed, because an unmasked value must never be shown.',
    hint: 'report the column type and mask; the value itself is not recorded',
    retryable: false,
  },
  ERR_GOVERNANCE_FAILED: {
    message: 'a part of the governance failed',
    why: 'A source, a gate or a stage threw something that is not an error of its own. Nothing was released.',
    hint: 'look at the functions that were given for leases, policy, approvals and the audit trail',
    retryable: false,
  },
  ERR_WAREHOUSE_FAILED: {
    message: 'the warehouse refused or could not finish the statement',
    why: 'Snowflake answered with an error. Its text can quote values, so only its code and SQLSTATE are kept.',
    hint: 'look up the code in the Snowflake documentation',
    retryable: false,
  },
  ERR_STATEMENT_CANCELLED: {
    message: 'the statement was cancelled',
    why: 'Its program called `cancel`, aborted its signal, or stopped waiting.',
    hint: 'run the statement again if it is still needed',
    retryable: true,
  },
  ERR_APPROVAL_PENDING: {
    message: 'the statement waits for a person',
    why: 'The connection was told to fail instead of waiting, and a rule asks for an approval.',
    hint: 'call `resume` with the id of the request once it was decided',
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
