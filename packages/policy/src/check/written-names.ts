/** A name as it stands in the document. */
export interface Reference {
  readonly name: string
  readonly path: readonly PropertyKey[]
  readonly atKey?: boolean
}

/** Every item of a list, every value of a map. */
export const each = Symbol('each')
type Step = string | typeof each

/** Every text at a path of a document, of whatever shape the rest is: `['rules', each, 'reveal', each]`. */
export const textsAt = (written: unknown, steps: readonly Step[]): Reference[] =>
  valuesAt(written, steps).flatMap(({ value, path }) =>
    typeof value === 'string' ? { name: value, path } : [],
  )

/** Every key of the maps at a path. */
export const keysAt = (written: unknown, steps: readonly Step[]): Reference[] =>
  valuesAt(written, steps).flatMap(({ value, path }) =>
    isRecord(value) ? Object.keys(value).map((name) => ({ name, path: [...path, name], atKey: true })) : [],
  )

interface PlacedValue {
  readonly value: unknown
  readonly path: readonly PropertyKey[]
}

const valuesAt = (written: unknown, steps: readonly Step[]): PlacedValue[] =>
  steps.reduce<PlacedValue[]>(
    (found, step) => found.flatMap((place) => (step === each ? membersOf(place) : memberOf(place, step))),
    [{ value: written, path: [] }],
  )

const membersOf = ({ value, path }: PlacedValue): PlacedValue[] => {
  if (Array.isArray(value)) return value.map((item, index) => ({ value: item, path: [...path, index] }))
  if (!isRecord(value)) return []
  return Object.entries(value).map(([key, item]) => ({ value: item, path: [...path, key] }))
}

const memberOf = ({ value, path }: PlacedValue, key: string): PlacedValue[] =>
  isRecord(value) && Object.hasOwn(value, key) ? [{ value: value[key], path: [...path, key] }] : []

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
