import type { ColumnFlow, Observation, ObservationKind, UsePlace } from '@snowfence/core'
import { reachesTo } from '../compile/use-reach.ts'
import type { ColumnLens, SeenColumn } from './column-lens.ts'

/** Clauses that compare with values of the writer's choice by their nature: allowing one allows that. */
const predicates = new Set<UsePlace>(['filter', 'having', 'qualify', 'connectBy'])

/** What a value was mixed or compared with. */
type Met = Pick<ColumnFlow, 'chosen' | 'many' | 'against'>

/** Whether the cells of two columns are hidden as cells of the same classes, of which a use releases what is equal. */
const isHiddenAlike = (left: SeenColumn, right: SeenColumn): boolean =>
  right.uses !== 'all' &&
  left.classes.length === right.classes.length &&
  left.classes.every((cls) => right.classes.includes(cls))

/**
 * Whether the policy releases this comparison of the column in this clause. A grouping or a join releases which cells of
 * a class are equal. A constant is no cell, nor is a column that is shown, and a column of another class is one that the
 * asker may know: comparing with those is guessing, which needs the `filter` use.
 */
export const mayCompare = (
  seen: SeenColumn,
  place: UsePlace,
  kind: ObservationKind,
  { chosen, many, against = [] }: Met,
  lens: ColumnLens,
): boolean => {
  if (seen.uses === 'all') return true
  const reach = seen.uses.get(place)
  const guesses = seen.uses.get(predicates.has(place) ? place : 'filter')
  // A filter without a limit answers any question about a value: a clause that the policy names may ask it too.
  if (reach !== undefined && guesses === 'any') return true
  if (!reachesTo(reach, kind)) return false
  const others = against.map(lens)
  if (!others.every((other) => isHiddenAlike(seen, other))) return false
  // Limited to equality, a predicate is a look-up by a few values that the asker knows, and no dictionary.
  if (many !== true && reachesTo(guesses, kind)) return true
  return chosen !== true && others.every(({ uses }) => uses !== 'all' && reachesTo(uses.get(place), kind))
}

/** Whether the class allows every function on the way, so that what they tell is released. */
const isReleased = (seen: SeenColumn, functions: readonly string[]): boolean =>
  functions.length > 0 && functions.every((name) => seen.allowsFunction(name))

/** Whether every path begins with a form that is known: what is computed from it tells no more than the form. */
export const isOfForms = (
  seen: SeenColumn,
  { functions, first = functions }: Pick<ColumnFlow, 'functions' | 'first'>,
): boolean => first.length > 0 && first.every((name) => seen.knowsForm(name))

/** Whether the policy allows what a statement looks at, wherever it does so. */
export const isAllowed = (
  observation: Observation,
  lens: ColumnLens,
  computed: 'guarded' | 'deny',
): boolean => {
  const { column, kind, place, functions } = observation
  const seen = lens(column)
  if (seen.masks.length === 0 || isOfForms(seen, observation)) return true
  if (place === null) return isReleased(seen, functions) || (kind !== 'fail' && computed !== 'deny')
  return mayCompare(seen, place, kind, observation, lens)
}
