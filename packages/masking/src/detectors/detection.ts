/** What a detector can find. `name`, `address` and `other-number` are guesses and only made where text is scrubbed. */
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
