import {
  type ColumnName,
  type DecisionReason,
  type Observation,
  type UsePlace,
  usePlaces,
} from '@snowfence/core'
import type { PolicyDocument } from '../document/policy-document.ts'
import { isAllowed } from './allowed-observation.ts'
import { isCountable } from './distinct-counts.ts'
import type { Guard, GuardInput } from './guards.ts'
import { reason } from './reasons.ts'
import { hintForUse } from './use-hints.ts'

export interface RefusedUse {
  readonly column: ColumnName
  readonly place: UsePlace
}

const inWords: Readonly<Record<UsePlace, string>> = {
  filter: 'the filter',
  join: 'the join condition',
  group: 'the grouping',
  order: 'the ordering',
  having: 'HAVING',
  qualify: 'QUALIFY',
  window: 'the window',
  connectBy: 'CONNECT BY',
}

const asks: Readonly<Record<Observation['kind'], string>> = {
  equality: 'which of its values are equal to others',
  order: 'which of its values are larger than others',
  part: 'more than which values are equal or larger',
  fail: 'for which of its values a computation fails',
}

/** Uses for which a summary gives no observation are taken for the ones that tell most. */
const withoutObservation = ({ uses, observations }: GuardInput['summary']): readonly Observation[] =>
  usePlaces.flatMap((place) =>
    uses[place]
      .filter((column) => !observations.some((known) => known.column === column && known.place === place))
      .map((column) => ({ column, place, kind: 'part', functions: [], chosen: true }) as const),
  )

/** Everything that the statement looks at and the policy does not allow. */
const refusedObservations = (
  input: GuardInput,
  computed: PolicyDocument['computed'],
): readonly Observation[] =>
  [...input.summary.observations, ...withoutObservation(input.summary)].filter(
    (observation) =>
      !isAllowed(observation, input.lens, computed) &&
      !(observation.functions.some((name) => name === 'COUNT DISTINCT') && isCountable(observation, input)),
  )

/** Every use of a masked column in a place that its class does not allow. */
export const refusedUses = (input: GuardInput): readonly RefusedUse[] => {
  const refused = refusedObservations(input, 'guarded').flatMap(({ column, place }) =>
    place === null ? [] : { column, place },
  )
  return refused.filter(
    (use, index) =>
      refused.findIndex(({ column, place }) => column === use.column && place === use.place) === index,
  )
}

/**
 * The law of the analysis: what decides rows, order, number or failure of an answer must be something that the asker may
 * see. A masked column that steers a result, or with which a computation fails for some values, tells those values one
 * question at a time, whether or not anything reads the result.
 */
export const createObservationGuard =
  ({ computed }: Pick<PolicyDocument, 'computed'>): Guard =>
  (input) => {
    const seen = new Set<string>()
    return refusedObservations(input, computed).flatMap((observation) => {
      const key = `${observation.column} ${observation.place ?? ''}`
      if (seen.has(key)) return []
      seen.add(key)
      return observation.place === null
        ? refuseComputation(observation)
        : refuseUse(observation, observation.place, input)
    })
  }

const refuseUse = (observation: Observation, place: UsePlace, input: GuardInput): DecisionReason => {
  const { column, kind, chosen } = observation
  const seen = input.lens(column)
  const isNamed = seen.uses !== 'all' && seen.uses.has(place)
  return reason('use-not-allowed', {
    message: isNamed
      ? `${column} is masked, and ${inWords[place]} asks ${chosen === true ? 'for values that its writer chose' : asks[kind]}: ${seen.because}`
      : `${column} is masked and may not be used in ${inWords[place]}: ${seen.because}`,
    hint: hintForUse(observation, place, input),
  })
}

const refuseComputation = ({ column, kind, functions, by }: Observation): DecisionReason =>
  reason('computed-not-allowed', {
    message:
      kind === 'fail' && by === 'PIVOT'
        ? `PIVOT would call columns by the values of ${column}, which is masked`
        : kind === 'fail'
          ? `computing with ${column}, which is masked, by ${functions.join(', ')} fails for some of its values, which would tell them`
          : `something is computed from ${column}, which is masked, by ${functions.join(', ')}`,
    hint:
      by === 'PIVOT'
        ? 'list the values of the PIVOT, or aggregate with GROUP BY'
        : `select ${column} itself: it comes back masked`,
  })
