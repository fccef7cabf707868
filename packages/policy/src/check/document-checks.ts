import type { Finding } from '../document/policy-problem.ts'
import { checkAgainstCatalog } from './catalog-check.ts'
import type { CheckOptions } from './check-policy.ts'
import { checkDefaults } from './default-check.ts'
import { checkFreeFunctions } from './free-function-check.ts'
import { checkObligations } from './obligation-check.ts'
import type { PolicyParts } from './policy-parts.ts'
import { checkProfile } from './profile-check.ts'
import { checkReachability } from './reachability-check.ts'
import { checkReferences } from './reference-check.ts'

/** Looks at the meaning of a document whose shape was read. */
export type DocumentCheck = (parts: PolicyParts, options: CheckOptions) => readonly Finding[]

export const documentChecks: readonly DocumentCheck[] = [
  checkReferences,
  checkReachability,
  checkProfile,
  checkFreeFunctions,
  checkObligations,
  checkDefaults,
  checkAgainstCatalog,
]
