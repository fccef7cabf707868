import type { ErrorEntry } from './error-entry.ts'

export const auditErrors = {
  ERR_AUDIT_NOT_DURABLE: {
    message: 'the audit record could not be made durable',
    why: 'No row is released and no write runs before its audit record is stored. The store did not acknowledge the record. No policy denied the statement: where `execution` is `not-run`, nothing was sent to Snowflake.',
    hint: 'check that the broker is reachable and healthy (`/readyz`), then run a read again; run a write again only where `execution` is `not-run`, and look it up with `connection.lookUp()` where it is `unknown`',
    retryable: true,
  },
  ERR_AUDIT_HISTORY_REWRITTEN: {
    message: 'the audit store answered with a tree that contradicts an earlier receipt',
    why: 'A tree only grows. A smaller size, or another root at the same size, means that records were cut or changed since. That is no outage: the connection is ended with this error, nothing more runs on it, and a pool does not hand it out again.',
    hint: 'keep the last receipt, stop the agents and run `snowfence audit verify` on an export of the trail',
    retryable: false,
  },
  ERR_AUDIT_STORE_CORRUPT: {
    message: 'the audit store does not hold what it should',
    why: 'A record or hash is missing or was changed, so nothing more is appended to it.',
    hint: 'keep the damaged store for examination, and restore it from a backup',
    retryable: false,
  },
  ERR_AUDIT_STORE_IN_USE: {
    message: 'the audit journal is open in another process',
    why: 'Two writers would break the chain of records.',
    hint: 'end the other process, or give this one a journal of its own',
    retryable: true,
  },
  ERR_AUDIT_REQUEST_INVALID: {
    message: 'the trace request is not valid OTLP',
    why: 'A record that is not understood completely cannot be sealed: what is stored must be what was sent.',
    hint: 'send an OTLP ExportTraceServiceRequest as protobuf or JSON',
    retryable: false,
  },
  ERR_AUDIT_CHECKPOINT_INVALID: {
    message: 'the checkpoint or key is not in the form of a signed note',
    why: 'Checkpoints follow the C2SP forms tlog-checkpoint and signed-note; anything else is not trusted.',
    hint: 'use the checkpoint as the broker gave it, without a change',
    retryable: false,
  },
  ERR_AUDIT_EXPORT_INVALID: {
    message: 'the audit export could not be read',
    why: 'A line is not JSON or lacks a field, so it says nothing about the trail.',
    hint: 'export the trail again with `snowfence audit export`',
    retryable: false,
  },
  ERR_AUDIT_RECORD_REFUSED: {
    message: 'the audit record was refused',
    why: 'The broker, or a proxy in front of it, does not take the record: it is too large, not in the form of the audit schema, holds a literal, or names another session, principal or purpose than its sender’s. A statement whose record is refused is denied. A minimal record of it, with its digest and the decision, is in the trail, and so is the refusal.',
    hint: 'use an SDK no newer than the broker, and let proxies pass requests of 8 MiB; what is left is a fault to report, with the reason in the message',
    retryable: false,
  },
  ERR_AUDIT_RECORD_CONFLICT: {
    message: 'another record with this span id is already sealed',
    why: 'A sealed record is never replaced: the same span was sent before with other contents.',
    hint: 'give each record a span id of its own',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>
