/**
 * What a detector can find. `other-number`, and a `name` that nobody gave but a title announces, are guesses: they are
 * made in prose only.
 */
export const detectorKinds = [
  'ssn',
  'mrn',
  'phone',
  'email',
  'url',
  'ip',
  'date',
  'age',
  'zip',
  'npi',
  'mbi',
  'card',
  'health-plan-number',
  'account-number',
  'licence-number',
  'vehicle',
  'device',
  'address',
  'name',
  'other-number',
] as const
export type DetectorKind = (typeof detectorKinds)[number]

/** An identifier in a text: UTF-16 code units `start` (inclusive) to `end` (exclusive). */
export interface Detection {
  readonly kind: DetectorKind
  readonly start: number
  readonly end: number
}
