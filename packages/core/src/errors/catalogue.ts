import { auditErrors } from './audit-errors.ts'
import { brokerErrors } from './broker-errors.ts'
import { cliErrors } from './cli-errors.ts'
import type { ErrorEntry } from './error-entry.ts'
import { localErrors } from './local-errors.ts'
import { maskingErrors } from './masking-errors.ts'
import { policyErrors } from './policy-errors.ts'
import { sdkErrors } from './sdk-errors.ts'
import { sqlErrors } from './sql-errors.ts'

/** Every code that Snowfence can throw, by area. `docs/errors/` has one page for each. */
export const errorCatalogue = {
  ...auditErrors,
  ...brokerErrors,
  ...cliErrors,
  ...localErrors,
  ...maskingErrors,
  ...policyErrors,
  ...sdkErrors,
  ...sqlErrors,
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorCatalogue
