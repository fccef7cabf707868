import type { Fidelity } from '../types/conversion.ts'
import { type BaseColumn, type Flow, uncounted } from './flow.ts'

/** Which base columns a value comes from, and how each gets there. Never changed once made. */
export type Lineage = ReadonlyMap<BaseColumn, Flow>

export const noLineage: Lineage = new Map()

/** Every column of every part; where several paths exist, the least protective. */
export const mergeLineages = (parts: readonly Lineage[]): Lineage => {
  const { only, merged } = merge(parts)
  return merged ?? only
}

/** Gives the lineage that the parts have in common, or a new one where they differ. */
const merge = (
  parts: readonly Lineage[],
): { readonly only: Lineage; readonly merged: Map<BaseColumn, Flow> | null } => {
  let merged: Map<BaseColumn, Flow> | null = null
  let only: Lineage = noLineage
  for (const part of parts) {
    if (part.size === 0 || part === only) continue
    if (only.size === 0 && merged === null) {
      only = part
      continue
    }
    merged ??= new Map(only)
    for (const [column, flow] of part) {
      const present = merged.get(column)
      merged.set(column, present === undefined ? flow : present.merge(flow))
    }
  }
  return { only, merged }
}

/** @param changed - where the changed flows are put, which may be the lineage itself */
const mapFlows = (
  lineage: Lineage,
  change: (flow: Flow) => Flow,
  changed = new Map<BaseColumn, Flow>(),
): Lineage => {
  if (lineage.size === 0) return lineage
  // Most columns of one lineage share a flow object, and so share the changed one.
  let before: Flow | null = null
  let after: Flow | null = null
  for (const [column, flow] of lineage) {
    if (flow !== before || after === null) {
      before = flow
      after = change(flow)
    }
    changed.set(column, after)
  }
  return changed
}

/** The value passes through a function that gives it back as it is, such as MIN or ANY_VALUE. */
export const passThrough = (lineage: Lineage, name: string): Lineage =>
  mapFlows(lineage, (flow) => flow.through(flow.via, name))

/** The value passes through a conversion that leaves less of it to compare. */
export const convertThrough = (lineage: Lineage, keeps: Fidelity): Lineage =>
  keeps === 'order' ? lineage : mapFlows(lineage, (flow) => flow.converted(keeps))

/** Choosing among values is a computation where a conversion or a collation made different ones equal. */
export const chooseAmongThrough = (lineage: Lineage, name: string): Lineage =>
  mapFlows(lineage, (flow) =>
    flow.via === 'value' && flow.keeps === 'none' ? flow.through('derived', name) : flow,
  )

/** A new value is computed from it. What is computed from a number of rows stays as public as that number. */
export const deriveThrough = (lineage: Lineage, name: string): Lineage =>
  mapFlows(lineage, (flow) => derive(flow, name))

/** A new value is computed from several. */
export const deriveFrom = (parts: readonly Lineage[], name: string): Lineage => {
  const { only, merged } = merge(parts)
  return merged === null ? deriveThrough(only, name) : mapFlows(merged, (flow) => derive(flow, name), merged)
}

const derive = (flow: Flow, name: string): Flow =>
  flow.through(flow.via === 'count' || flow.via === 'distinct' ? flow.via : 'derived', name)

/** What is computed from it is computed in the time zone of the session, which a caller may choose. */
export const deriveInZone = (lineage: Lineage): Lineage =>
  mapFlows(lineage, (flow) =>
    flow.via === 'derived' ? flow.through('derived', 'TIMEZONE').beginning('TIMEZONE') : flow,
  )

/** Values of many rows become one: what is computed from it later is computed from a group. */
export const foldRows = (lineage: Lineage): Lineage => mapFlows(lineage, (flow) => flow.fold())

/** Only whether there is a value, which no mask hides. */
export const presenceThrough = (lineage: Lineage, name: string): Lineage =>
  mapFlows(lineage, (flow) => flow.through(flow.via === 'value' ? 'count' : flow.via, name))

/**
 * Only how many values there are, or how many different ones. Counting a computed value is no plain count:
 * `COUNT(NULLIF(ssn, …))` tells whether somebody has that number, so it stays derived. Where a conversion made different
 * values equal, the number of those that are left is derived too.
 */
export const countThrough = (lineage: Lineage, name: string, { isDistinct = false } = {}): Lineage =>
  mapFlows(lineage, (flow) =>
    flow.through(
      flow.via !== 'value'
        ? flow.via
        : !isDistinct
          ? 'count'
          : flow.keeps === 'none'
            ? 'derived'
            : 'distinct',
      isDistinct && name === 'COUNT' ? 'COUNT DISTINCT' : name,
    ),
  )

/** Only how many there are of a value whose presence is public, whatever it was computed by. */
export const countPresent = (lineage: Lineage, name: string): Lineage =>
  mapFlows(lineage, (flow) => flow.through('count', name))

/** A value of the writer's choice, or of columns, that another one meets. */
export interface Counterpart {
  readonly lineage: Lineage
  /** Whether the writer of the statement chose the value. */
  readonly isChosen: boolean
}

const isChosen = ({ isChosen: own, lineage }: Counterpart): boolean => {
  if (own || lineage.size === 0) return true
  // A number of rows is as free to choose as a constant.
  for (const { chosen, via } of lineage.values())
    if (chosen || via === 'count' || via === 'distinct') return true
  return false
}

/** Notes in each value what the others are, so that a policy can tell an equality of two columns from a guess. */
export const meet = (parts: readonly Counterpart[]): readonly Lineage[] =>
  parts.map(({ lineage }, index) => {
    if (lineage.size === 0) return lineage
    let isMet = false
    let chosen = false
    let added = 0
    const columns = new Set<BaseColumn>()
    for (const [at, other] of parts.entries()) {
      if (at === index || other.lineage === lineage) continue
      isMet = true
      for (const column of other.lineage.keys()) columns.add(column)
      if (!isChosen(other)) continue
      chosen = true
      added = other.isChosen ? added + 1 : uncounted
    }
    if (!isMet) return lineage
    const noted = chosen ? mapMet(lineage, (flow) => flow.guessed(added)) : lineage
    return columns.size === 0 ? noted : against(noted, columns)
  })

/** Changes every flow but those of numbers of rows, which are public whatever they meet. */
const mapMet = (lineage: Lineage, change: (flow: Flow) => Flow): Lineage =>
  mapFlows(lineage, (flow) => (flow.via === 'count' || flow.via === 'distinct' ? flow : change(flow)))

const against = (lineage: Lineage, columns: ReadonlySet<BaseColumn>): Lineage => {
  const met = new Map<BaseColumn, Flow>()
  for (const [column, flow] of lineage) {
    if (flow.via === 'count' || flow.via === 'distinct') {
      met.set(column, flow)
      continue
    }
    met.set(column, flow.meeting(column, columns))
  }
  return met
}

/**
 * One column out of several sources, row by row: the arms of a UNION, the rows of VALUES, the branches of a CASE. Where
 * the sources differ, each flow notes the others, because one may be a constant of the writer's choice.
 */
export const mixRows = (parts: readonly Counterpart[], name: string): Lineage => {
  const [first, ...others] = parts
  if (first === undefined) return noLineage
  if (
    others.every(
      ({ lineage, isChosen: own }) => !own && lineage.size > 0 && lineagesEqual(first.lineage, lineage),
    )
  )
    return first.lineage
  return passThrough(mergeLineages(meet(parts)), name)
}

export const lineagesEqual = (left: Lineage, right: Lineage): boolean => {
  if (left === right) return true
  if (left.size !== right.size) return false
  for (const [column, flow] of left) {
    const other = right.get(column)
    if (other === undefined) return false
    if (!flow.equals(other)) return false
  }
  return true
}
