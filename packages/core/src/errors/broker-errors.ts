import type { ErrorEntry } from './error-entry.ts'

export const brokerErrors = {
  ERR_BROKER_UNREACHABLE: {
    message: 'the broker could not be reached',
    why: 'Policy, credentials and the audit trail come from the broker, and without them nothing runs.',
    hint: 'start the broker or correct its address, then try again',
    retryable: true,
  },
  ERR_BROKER_RESPONSE_INVALID: {
    message: 'the broker answered in a form that is not understood',
    why: 'The answer did not match the protocol schema, so nothing in it is trusted.',
    hint: 'check that the address is a Snowfence broker of a compatible version',
    retryable: false,
  },
  ERR_BROKER_CONFIG_INVALID: {
    message: 'the broker configuration is not valid',
    why: 'A field is missing, unknown or of the wrong form.',
    hint: 'correct the named field; docs/broker.md describes each',
    retryable: false,
  },
  ERR_BROKER_PORT_IN_USE: {
    message: 'the port is already in use',
    why: 'Another program listens on the address that was asked for.',
    hint: 'stop the other program or choose another port',
    retryable: true,
  },
  ERR_BROKER_DATA_CORRUPT: {
    message: 'the data directory could not be opened',
    why: 'The database in the data directory is damaged or was written by something else.',
    hint: 'restore the directory from a backup, or start with an empty one',
    retryable: false,
  },
  ERR_IDENTITY_TOKEN_INVALID: {
    message: 'the identity token was not accepted',
    why: 'Its form or signature is wrong.',
    hint: 'get a fresh token from the identity provider',
    retryable: false,
  },
  ERR_IDENTITY_TOKEN_EXPIRED: {
    message: 'the identity token has expired',
    why: 'The token is past its `exp` claim.',
    hint: 'get a fresh token from the identity provider',
    retryable: false,
  },
  ERR_IDENTITY_AUDIENCE_MISMATCH: {
    message: 'the identity token is meant for another audience',
    why: 'Its `aud` claim does not name this broker.',
    hint: 'ask the identity provider for a token with the audience that the broker expects',
    retryable: false,
  },
  ERR_IDENTITY_ISSUER_UNKNOWN: {
    message: 'the identity token comes from an issuer that the broker does not trust',
    why: 'Its `iss` claim is not in the broker configuration.',
    hint: 'add the issuer to the broker configuration, or use a token from a trusted one',
    retryable: false,
  },
  ERR_IDENTITY_ISSUER_UNREACHABLE: {
    message: 'the keys of the identity provider could not be fetched',
    why: 'The broker verifies every token against the issuer keys and could not read them.',
    hint: 'check that the broker can reach the issuer',
    retryable: true,
  },
  ERR_SESSION_NOT_FOUND: {
    message: 'the session is not known, has ended or was revoked',
    why: 'A session token is bound to one live session.',
    hint: 'connect again to start a new session',
    retryable: false,
  },
  ERR_SESSION_NO_ROLE: {
    message: 'no Snowflake role is configured for this principal',
    why: 'None of the groups of the principal has a role in the broker configuration.',
    hint: 'add one of the groups to `snowflake.roles` in the broker configuration',
    retryable: false,
  },
  ERR_APPROVAL_NOT_FOUND: {
    message: 'the approval request is not known',
    why: 'It does not exist, or is not visible to this identity.',
    hint: 'check the id; ended requests stay visible to their requester and approvers',
    retryable: false,
  },
  ERR_APPROVAL_NOT_ELIGIBLE: {
    message: 'this identity may not decide the request',
    why: 'Only a member of the approver groups may decide, and never the requester.',
    hint: 'ask a member of the approver groups that the request names',
    retryable: false,
  },
  ERR_APPROVAL_STATE: {
    message: 'the approval request is not in a state that allows this',
    why: 'A request moves once from pending to its end, and an approval is used once.',
    hint: 'read the request again and act on its present state',
    retryable: false,
  },
  ERR_APPROVAL_DIGEST_MISMATCH: {
    message: 'what is to run is not what was approved',
    why: 'The approval is bound to the exact statement, binds, role, context, policy and principal.',
    hint: 'ask for a new approval for the changed statement',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>
