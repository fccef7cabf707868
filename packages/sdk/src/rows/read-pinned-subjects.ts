import type { ConstantPlace, PinnedSubject, TableUse } from '@snowfence/core'
import type { BindValue } from '../statement/statement-options.ts'

/** A data subject that a statement names: its column, and its value in the form in which a row's value is counted. */
export interface NamedSubject {
  readonly column: string
  readonly value: string
}

/** What a statement is sent with. */
export interface SentConstants {
  readonly executableText: string
  readonly binds: readonly BindValue[]
}

/**
 * Reads the subjects that a statement pins its tables to, from the text and the binds that are sent. `5`, `'5'` and a bind
 * of either are one subject.
 *
 * @param uses - every table use of the statement. A bind that pins another column may fail the statement too, which would
 * tell of rows of others.
 * @returns null where a constant that pins is not a whole number, as NULL, a fraction, a list and a missing bind are not
 */
export const readPinnedSubjects = (
  pinned: readonly PinnedSubject[],
  uses: readonly TableUse[],
  sent: SentConstants,
): readonly NamedSubject[] | null => {
  if (placesOf(uses).some((place) => readConstant(place, sent) === null)) return null
  const subjects: NamedSubject[] = []
  for (const { column, constants } of pinned) {
    for (const place of constants) {
      const value = readConstant(place, sent)
      if (value === null) return null
      subjects.push({ column, value })
    }
  }
  return subjects
}

const placesOf = (uses: readonly TableUse[]): readonly ConstantPlace[] =>
  uses.flatMap(({ pins }) => pins.flatMap(({ constants }) => constants))

const readConstant = (place: ConstantPlace, { executableText, binds }: SentConstants): string | null => {
  if (!('bind' in place)) {
    const digits = /^'?(\d{1,38})'?$/.exec(executableText.slice(place.start, place.end))?.[1]
    return digits === undefined ? null : BigInt(digits).toString()
  }
  // A list in the place of a bind makes all of them rows of a bulk statement.
  if (binds.some((bind) => Array.isArray(bind))) return null
  const bind = binds[place.bind - 1]
  if (typeof bind === 'number') return Number.isSafeInteger(bind) ? String(bind) : null
  return typeof bind === 'string' && /^(?:0|-?[1-9]\d{0,12})$/.test(bind) ? bind : null
}

/** The binds that pin something, in their places; null for every other one, which nobody has to keep. */
export const pinningBinds = (
  uses: readonly TableUse[],
  binds: readonly BindValue[],
): readonly BindValue[] => {
  const pinning = new Set(placesOf(uses).flatMap((place) => ('bind' in place ? place.bind : [])))
  const isBulk = binds.some((bind) => Array.isArray(bind))
  return isBulk ? [] : binds.map((bind, index) => (pinning.has(index + 1) ? bind : null))
}
