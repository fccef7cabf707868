import type { Dataset } from './dataset.ts'
import { inventedNameSource, namePrefixes } from './names.ts'

export interface IdentifyingValues {
  readonly ssn: readonly string[]
  readonly mrn: readonly string[]
  readonly firstName: readonly string[]
  readonly lastName: readonly string[]
  readonly birthDate: readonly string[]
  readonly address: readonly string[]
  readonly city: readonly string[]
  readonly zip: readonly string[]
  readonly phone: readonly string[]
  readonly email: readonly string[]
  readonly providerName: readonly string[]
  readonly npi: readonly string[]
  readonly note: readonly string[]
  readonly psychotherapyNote: readonly string[]
}

const unique = (values: readonly string[]): string[] => [...new Set(values)]

/**
 * Every identifying value of the sample by its kind, to search for leaks.
 *
 * Dates are `YYYY-MM-DD`. A ZIP code or a date can turn up by chance elsewhere; every other kind is made so that it
 * cannot: whoever finds one has found a leak.
 */
export const listIdentifyingValues = (source: Dataset | { readonly dataset: Dataset }): IdentifyingValues => {
  const dataset = 'dataset' in source ? source.dataset : source
  const { patients, providers } = dataset
  return {
    ssn: unique(patients.map(({ ssn }) => ssn)),
    mrn: unique(patients.map(({ mrn }) => mrn)),
    firstName: unique(patients.map(({ firstName }) => firstName)),
    lastName: unique(patients.map(({ lastName }) => lastName)),
    birthDate: unique(patients.map(({ birthDate }) => birthDate.toISOString().slice(0, 10))),
    address: unique(patients.map(({ address }) => address)),
    city: unique(patients.map(({ city }) => city)),
    zip: unique(patients.map(({ zip }) => zip)),
    phone: unique(patients.map(({ phone }) => phone)),
    email: unique(patients.map(({ email }) => email)),
    providerName: unique(providers.map(({ name }) => name)),
    npi: unique(providers.map(({ npi }) => npi)),
    note: unique(dataset.notes),
    psychotherapyNote: unique(dataset.psychotherapyNotes),
  }
}

const words = [
  ...Object.values(namePrefixes).map(inventedNameSource),
  'MRN-[0-9]{8}',
  '[0-9]{3,} Canary Street',
]
const numbers = ['9[0-9]{2}-[0-9]{2}-[0-9]{4}', '[0-9]{3}-555-01[0-9]{2}', '9[0-9]{9}']

const marks = new RegExp(
  // As written, in capitals or in small letters, and no other mixture: in megabytes of base64 every mixture turns up.
  `\\b(?:${words.flatMap((word) => [word, word.toLowerCase(), word.toUpperCase()]).join('|')})` +
    `|\\b(?:${numbers.join('|')})\\b|@patients\\.example|@PATIENTS\\.EXAMPLE`,
  'g',
)

/** One pattern for all values that carry a mark of their own: quick to run over any text, and blind to chance. */
export const identifyingPattern = (): RegExp => new RegExp(marks)
