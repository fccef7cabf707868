import type { Profile } from './decision.ts'
import type { Mask, MaskKind } from './mask.ts'

/**
 * The identifiers of 45 CFR 164.514(b)(2)(i), A to R, split where the rule treats their parts differently, and
 * `free-text`, which is none of them and may hold all of them.
 */
export const identifierKinds = [
  'name',
  'street-address',
  'city',
  'zip',
  'birth-date',
  'date',
  'age',
  'phone',
  'fax',
  'email',
  'ssn',
  'mrn',
  'health-plan-number',
  'account-number',
  'licence-number',
  'vehicle',
  'device',
  'url',
  'ip',
  'biometric',
  'photograph',
  'other-code',
  'free-text',
] as const
export type IdentifierKind = (typeof identifierKinds)[number]

/** `any`: shown as it is, or under whatever mask. */
type Accepted = readonly MaskKind[] | 'any'

export interface IdentifierRule {
  /** Its letter in 164.514(b)(2)(i); null for `free-text`. */
  readonly letter: string | null
  readonly description: string
  readonly accepted: Readonly<Record<Exclude<Profile, 'full'>, Accepted>>
}

// A random token is a code that is not derived from the value (164.514(c)). A keyed pseudonym is derived from
// it, and so are its last digits, its domain and its format: none of them is Safe Harbor.
const removed: Accepted = ['withhold', 'redact', 'random']
// A limited data set drops the direct identifiers of 164.514(e)(2) and may keep other codes, pseudonyms among them.
const replaced: Accepted = ['withhold', 'redact', 'random', 'token']
// Content detection finds most identifiers in a text, and a profile promises all.
const hidden: Accepted = ['withhold', 'redact']

const direct = (letter: string, description: string): IdentifierRule => ({
  letter,
  description,
  accepted: { 'safe-harbor': removed, 'limited-data-set': replaced },
})

const keptInLimitedDataSet = (
  letter: string,
  description: string,
  generalised: readonly MaskKind[],
): IdentifierRule => ({
  letter,
  description,
  accepted: { 'safe-harbor': [...removed, ...generalised], 'limited-data-set': 'any' },
})

/** Which masks make which identifier acceptable in which profile. */
export const identifierRules: Readonly<Record<IdentifierKind, IdentifierRule>> = {
  name: direct('A', 'names of the person, relatives, employers and household members'),
  'street-address': direct('B', 'street address and other parts of a place smaller than a town'),
  city: keptInLimitedDataSet('B', 'city, county, precinct', []),
  zip: keptInLimitedDataSet('B', 'ZIP code', ['zip3']),
  'birth-date': keptInLimitedDataSet('C', 'date of birth', ['year', 'age']),
  date: keptInLimitedDataSet('C', 'date of an event: admission, discharge, service, death', ['year']),
  age: keptInLimitedDataSet('C', 'age', ['age']),
  phone: direct('D', 'telephone number'),
  fax: direct('E', 'fax number'),
  email: direct('F', 'e-mail address'),
  ssn: direct('G', 'social security number'),
  mrn: direct('H', 'medical record number'),
  'health-plan-number': direct('I', 'health plan beneficiary number'),
  'account-number': direct('J', 'account number'),
  'licence-number': direct('K', 'certificate or licence number'),
  vehicle: direct('L', 'vehicle identifier, serial number or plate'),
  device: direct('M', 'device identifier or serial number'),
  url: direct('N', 'web address'),
  ip: direct('O', 'internet protocol address'),
  biometric: direct('P', 'biometric identifier'),
  photograph: direct('Q', 'full-face photograph or comparable image'),
  'other-code': keptInLimitedDataSet('R', 'any other unique identifying number, characteristic or code', []),
  'free-text': {
    letter: null,
    description: 'free text that may hold any identifier',
    accepted: { 'safe-harbor': hidden, 'limited-data-set': hidden },
  },
}

const showsNothing = (mask: Mask): boolean =>
  mask.kind === 'partial' && mask.keepFirst === 0 && mask.keepLast === 0

/** Whether a column that holds this identifier meets the profile under this mask. `null` is: shown as it is. */
export const acceptsMask = (profile: Profile, identifier: IdentifierKind, mask: Mask | null): boolean => {
  if (profile === 'full') return true
  const accepted = identifierRules[identifier].accepted[profile]
  if (accepted === 'any') return true
  return mask !== null && (accepted.includes(mask.kind) || showsNothing(mask))
}

/** The strictest profile that all shown identifiers meet together; `safe-harbor` when none is shown. */
export const profileMet = (
  shown: Iterable<{ readonly identifier: IdentifierKind; readonly mask: Mask | null }>,
): Profile => {
  let met: Profile = 'safe-harbor'
  for (const { identifier, mask } of shown) {
    if (!acceptsMask('limited-data-set', identifier, mask)) return 'full'
    if (!acceptsMask('safe-harbor', identifier, mask)) met = 'limited-data-set'
  }
  return met
}
