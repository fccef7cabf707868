import { acceptsMask, type Profile, profileMet } from '@snowfence/core'
import type { PolicyDocument } from '../document/policy-document.ts'
import type { SeenOutput } from './column-decisions.ts'
import type { Guard } from './guards.ts'
import { reason } from './reasons.ts'

/** The identifiers that a result shows, each under the mask its output has. */
const shownBy = ({ decision, flows }: SeenOutput) =>
  flows
    .filter(({ via }) => via !== 'count' && via !== 'distinct')
    .flatMap(({ seen }) => seen.identifiers.map((identifier) => ({ identifier, mask: decision.mask })))

/** Whether an output shows, unmasked, a column that nobody looked at: no profile can be claimed for it. */
const showsUnknown = ({ decision, flows }: SeenOutput): boolean =>
  decision.mask === null &&
  flows.some(({ seen, via }) => (via === 'value' || via === 'derived') && seen.unclassified === 'allow')

/** The profile of 45 CFR 164.514 that a result meets, going by what the policy says its columns hold. */
export const profileOf = (outputs: readonly SeenOutput[]): Profile =>
  outputs.some(showsUnknown) ? 'full' : profileMet(outputs.flatMap(shownBy))

/** The policy's own profile, and those that the permits demand: each must be met. */
export const createProfileGuard =
  (document: Pick<PolicyDocument, 'profile'>): Guard =>
  ({ permits, outputs }) => {
    const demanded = new Set([document.profile, ...permits.map((permit) => permit.rule.profile)])
    return [...demanded].sort().flatMap((profile) => {
      if (profile === undefined) return []
      return outputs.flatMap((output, index) => {
        const fits =
          !showsUnknown(output) &&
          shownBy(output).every(({ identifier, mask }) => acceptsMask(profile, identifier, mask))
        if (fits) return []
        const name = output.decision.name === null ? '' : ` (${output.decision.name})`
        return reason('profile-not-met', {
          message: `output ${index + 1}${name} does not meet ${profile}: ${output.decision.because}`,
          hint: `leave out ${output.decision.sources.join(', ')}`,
        })
      })
    })
  }
