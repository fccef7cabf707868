import type { ErrorEntry } from './error-entry.ts'

export const auditErrors = {
  ERR_AUDIT_NOT_DURABLE: {
    message: 'the audit record could not be made durable',
    why: 'No row is released and no write runs before its audit record is stored. The store did not acknowledge the record.',
    hint: 'check that the broker is reachable and healthy (`/readyz`), then run the statement again',
    retryable: true,
  },
} as const satisfies Record<string, ErrorEntry>
