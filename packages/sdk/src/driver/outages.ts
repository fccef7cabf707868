import type { ErrorCode } from '@snowfence/core'

/** Codes of a part that was away or did not answer: no policy refused the statement. */
export const outages: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_AUDIT_NOT_DURABLE',
  'ERR_BROKER_UNREACHABLE',
  'ERR_BROKER_DATABASE_UNREACHABLE',
  'ERR_BROKER_DISK_FULL',
  'ERR_BROKER_INTERNAL',
])

/** The same, where the code itself says what to look after. */
const furtherOutages: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_AUDIT_STORE_CORRUPT',
  'ERR_BROKER_ROW_DAMAGED',
  'ERR_CATALOGUE_UNAVAILABLE',
  'ERR_IDENTITY_ISSUER_UNREACHABLE',
])

/** SQLSTATE of an outage: connection failure. */
const CONNECTION_FAILURE = '08006'
/** SQLSTATE of a write that may have run: transaction resolution unknown. */
export const RESOLUTION_UNKNOWN = '08007'
/** SQLSTATE of a refusal: insufficient privilege. */
const INSUFFICIENT_PRIVILEGE = '42501'

export const isOutage = (code: ErrorCode): boolean => outages.has(code) || furtherOutages.has(code)

/** The SQLSTATE of an error of ours: an outage is not told as a missing privilege. */
export const sqlStateOf = (code: ErrorCode): string =>
  isOutage(code) ? CONNECTION_FAILURE : INSUFFICIENT_PRIVILEGE
