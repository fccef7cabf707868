import { type ColumnName, type UsePlace, usePlaces } from '@snowfence/core'
import type { Guard, GuardInput } from './guards.ts'
import { reason } from './reasons.ts'

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

/** Every use of a masked column in a place that its class does not allow. */
export const refusedUses = ({ summary, lens }: Pick<GuardInput, 'summary' | 'lens'>): RefusedUse[] =>
  usePlaces.flatMap((place) =>
    summary.uses[place].flatMap((column) => {
      const { uses } = lens(column)
      return uses === 'all' || uses.has(place) ? [] : { column, place }
    }),
  )

/** A masked column that steers a result tells its values one question at a time. */
export const inferenceGuard: Guard = (input) =>
  refusedUses(input).map(({ column, place }) => {
    const seen = input.lens(column)
    const allowed = seen.uses === 'all' ? [] : [...seen.uses].sort()
    return reason('use-not-allowed', {
      message: `${column} is masked and may not be used in ${inWords[place]}: ${seen.because}`,
      hint:
        allowed.length > 0
          ? `its class allows these uses: ${allowed.join(', ')}; or leave it out of ${inWords[place]}, or count it`
          : `leave ${column} out of ${inWords[place]}; selecting it shows it masked, and counting it is free`,
    })
  })
