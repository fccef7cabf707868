import type { PolicyDocument } from '../document/policy-document.ts'
import type { SeenFlow } from './column-decisions.ts'
import type { Guard } from './guards.ts'
import { reason } from './reasons.ts'

/** A masked column of which something is computed by a function that its class does not allow. */
const isRefused = ({ via, seen, functions }: SeenFlow): boolean =>
  via === 'derived' &&
  seen.masks.length > 0 &&
  (functions.length === 0 || !functions.every((name) => seen.allowsFunction(name)))

/**
 * Under `computed: deny` nothing is computed from masked columns. A result that is withheld can still tell something by
 * whether the statement failed: `1 / IFF(SSN = …, 0, 1)`.
 */
export const createComputedGuard =
  ({ computed }: Pick<PolicyDocument, 'computed'>): Guard =>
  ({ outputs }) => {
    if (computed !== 'deny') return []
    return outputs.flatMap(({ flows }, index) => {
      const refused = new Set(flows.filter(isRefused).map(({ seen }) => seen.column))
      return [...refused].sort().map((column) =>
        reason('computed-not-allowed', {
          message: `output ${index + 1} is computed from ${column}, which is masked, and the policy denies that`,
          hint: `select ${column} itself: it comes back masked`,
        }),
      )
    })
  }
