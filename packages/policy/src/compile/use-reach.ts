import { type ObservationKind, type UsePlace, usePlaces } from '@snowfence/core'

/** How far a use reaches: which values are equal, which is larger, or any predicate. */
export const useReaches = ['equality', 'order', 'any'] as const
export type UseReach = (typeof useReaches)[number]

/** What a place allows where the policy names it without a reach: what the place is there for. */
const defaultReach: Readonly<Record<UsePlace, UseReach>> = {
  filter: 'any',
  join: 'equality',
  group: 'equality',
  order: 'order',
  having: 'any',
  qualify: 'any',
  window: 'order',
  connectBy: 'any',
}

/** A use as a policy writes it: a place, or places with how far they reach. */
export type WrittenUse = UsePlace | Partial<Record<UsePlace, UseReach>>
export type Uses = ReadonlyMap<UsePlace, UseReach>

/** Of a place that is written more than once, the reach that allows least. */
export const usesFrom = (written: readonly WrittenUse[]): Uses => {
  const uses = new Map<UsePlace, UseReach>()
  for (const use of written) {
    const entries: [UsePlace, UseReach][] =
      typeof use === 'string' ? [[use, defaultReach[use]]] : (Object.entries(use) as [UsePlace, UseReach][])
    for (const [place, reach] of entries) uses.set(place, lesser(uses.get(place) ?? reach, reach))
  }
  return uses
}

const lesser = (left: UseReach, right: UseReach): UseReach =>
  useReaches.indexOf(left) < useReaches.indexOf(right) ? left : right

/** The uses that every one of several allows, each as far as the one that allows least. */
export const commonUses = (several: readonly Uses[]): Uses => {
  const common = new Map<UsePlace, UseReach>()
  for (const place of usePlaces) {
    const reaches = several.map((uses) => uses.get(place))
    if (reaches.length === 0 || reaches.includes(undefined)) continue
    common.set(place, (reaches as UseReach[]).reduce(lesser))
  }
  return common
}

const needed: Readonly<Record<ObservationKind, UseReach>> = {
  equality: 'equality',
  order: 'order',
  part: 'any',
  fail: 'any',
}

/** Whether a use that reaches so far allows looking at this. */
export const reachesTo = (reach: UseReach | undefined, kind: ObservationKind): boolean =>
  reach !== undefined && useReaches.indexOf(reach) >= useReaches.indexOf(needed[kind])

/** A use as a person reads it. */
export const printUse = (place: UsePlace, reach: UseReach): string =>
  reach === defaultReach[place] ? place : `${place}: ${reach}`
