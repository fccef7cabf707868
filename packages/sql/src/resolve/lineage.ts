import type { ColumnFlow, ColumnName } from '@snowfence/core'
import type { Fidelity } from '../types/conversion.ts'
import type { TypeFamily } from '../types/sql-type.ts'

/** A column of the warehouse: one object per column and catalogue, so that it can be a key. */
export interface BaseColumn {
  /** Canonical name of its table, and of the column in it. */
  readonly table: string
  readonly column: string
  readonly name: ColumnName
  readonly type: TypeFamily
}

export interface Flow {
  readonly via: ColumnFlow['via']
  /** Functions and operators crossed, upper case. */
  readonly functions: ReadonlySet<string>
  /** Whether the value was mixed or compared with one of the writer's choice: a constant, a bind, the present date. */
  readonly chosen: boolean
  /** With how many constants of the text it was mixed or compared; beyond `FEW` where with rows or something computed. */
  readonly guesses: number
  /** Other columns that the value was mixed or compared with. */
  readonly against: ReadonlySet<BaseColumn>
  /** What conversions on the way have left: values that are equal after one may have been different before. */
  readonly keeps: Fidelity
}

/** Which base columns a value comes from, and how each gets there. Never changed once made. */
export type Lineage = ReadonlyMap<BaseColumn, Flow>

export const noLineage: Lineage = new Map()

/** So many constants a person asks for at once; more of them are a dictionary. */
const FEW = 100
const MANY = FEW + 1

const noFunctions: ReadonlySet<string> = new Set()
const noColumns: ReadonlySet<BaseColumn> = new Set()
export const valueFlow: Flow = {
  via: 'value',
  functions: noFunctions,
  chosen: false,
  guesses: 0,
  against: noColumns,
  keeps: 'order',
}

const protection = { derived: 0, value: 1, distinct: 2, count: 3 } as const

/** A value beside a number of different values fits the mask of neither: together they count as computed. */
const leastProtective = (left: Flow['via'], right: Flow['via']): Flow['via'] => {
  if (left === right) return left
  if ((left === 'distinct' && right === 'value') || (left === 'value' && right === 'distinct'))
    return 'derived'
  return protection[left] <= protection[right] ? left : right
}

const lesser = (left: Fidelity, right: Fidelity): Fidelity =>
  left === 'none' || right === 'order' ? left : right === 'none' || left === 'order' ? right : left

const mergeFlows = (left: Flow, right: Flow): Flow => {
  if (left === right) return left
  const via = leastProtective(left.via, right.via)
  const functions = union(left.functions, right.functions)
  const against = union(left.against, right.against)
  const chosen = left.chosen || right.chosen
  const guesses = Math.min(left.guesses + right.guesses, MANY)
  const keeps = lesser(left.keeps, right.keeps)
  const isLeft = via === left.via && functions === left.functions && against === left.against
  return isLeft && chosen === left.chosen && guesses === left.guesses && keeps === left.keeps
    ? left
    : { via, functions, against, chosen, guesses, keeps }
}

const union = <Item>(left: ReadonlySet<Item>, right: ReadonlySet<Item>): ReadonlySet<Item> => {
  if (left === right || containsAll(left, right)) return left
  if (containsAll(right, left)) return right
  return new Set([...left, ...right])
}

const containsAll = (outer: ReadonlySet<unknown>, inner: ReadonlySet<unknown>): boolean => {
  if (inner.size > outer.size) return false
  for (const item of inner) if (!outer.has(item)) return false
  return true
}

/** Every column of every part; where several paths exist, the least protective. */
export const mergeLineages = (parts: readonly Lineage[]): Lineage => {
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
      merged.set(column, present === undefined ? flow : mergeFlows(present, flow))
    }
  }
  return merged ?? only
}

const mapFlows = (lineage: Lineage, change: (flow: Flow) => Flow): Lineage => {
  if (lineage.size === 0) return lineage
  const changed = new Map<BaseColumn, Flow>()
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

const withFunction = (functions: ReadonlySet<string>, name: string): ReadonlySet<string> =>
  functions.has(name) ? functions : new Set([...functions, name])

/** The value passes through a function that gives it back as it is, such as MIN or ANY_VALUE. */
export const passThrough = (lineage: Lineage, name: string): Lineage =>
  mapFlows(lineage, (flow) => ({ ...flow, functions: withFunction(flow.functions, name) }))

/** The value passes through a conversion that leaves less of it to compare. */
export const convertThrough = (lineage: Lineage, keeps: Fidelity): Lineage =>
  keeps === 'order' ? lineage : mapFlows(lineage, (flow) => ({ ...flow, keeps: lesser(flow.keeps, keeps) }))

/** A new value is computed from it. What is computed from a number of rows stays as public as that number. */
export const deriveThrough = (lineage: Lineage, name: string): Lineage =>
  mapFlows(lineage, (flow) => ({
    ...flow,
    via: flow.via === 'count' || flow.via === 'distinct' ? flow.via : 'derived',
    functions: withFunction(flow.functions, name),
  }))

/** Only whether there is a value, which no mask hides. */
export const presenceThrough = (lineage: Lineage, name: string): Lineage =>
  mapFlows(lineage, (flow) => ({
    ...flow,
    via: flow.via === 'value' ? 'count' : flow.via,
    functions: withFunction(flow.functions, name),
  }))

/**
 * Only how many values there are, or how many different ones. Counting a computed value is no plain count:
 * `COUNT(NULLIF(ssn, …))` tells whether somebody has that number, so it stays derived.
 */
export const countThrough = (lineage: Lineage, name: string, { isDistinct = false } = {}): Lineage =>
  mapFlows(lineage, (flow) => ({
    ...flow,
    via: flow.via === 'value' ? (isDistinct ? 'distinct' : 'count') : flow.via,
    functions: withFunction(flow.functions, isDistinct && name === 'COUNT' ? 'COUNT DISTINCT' : name),
  }))

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
    const others = parts.filter((other, at) => at !== index && other.lineage !== lineage)
    if (others.length === 0) return lineage
    const chosen = others.some(isChosen)
    const isMany = others.some((other) => !other.isChosen && isChosen(other))
    const added = isMany ? MANY : others.filter((other) => other.isChosen).length
    const columns = new Set(others.flatMap((other) => [...other.lineage.keys()]))
    const met = new Map<BaseColumn, Flow>()
    for (const [column, flow] of lineage) {
      if (flow.via === 'count' || flow.via === 'distinct') {
        met.set(column, flow)
        continue
      }
      const against = union(flow.against, new Set([...columns].filter((other) => other !== column)))
      met.set(column, {
        ...flow,
        chosen: flow.chosen || chosen,
        guesses: Math.min(flow.guesses + added, MANY),
        against,
      })
    }
    return met
  })

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

const sameItems = (left: ReadonlySet<unknown>, right: ReadonlySet<unknown>): boolean =>
  left === right || (left.size === right.size && containsAll(left, right))

export const lineagesEqual = (left: Lineage, right: Lineage): boolean => {
  if (left === right) return true
  if (left.size !== right.size) return false
  for (const [column, flow] of left) {
    const other = right.get(column)
    if (other === undefined) return false
    if (other === flow) continue
    if (other.via !== flow.via || other.chosen !== flow.chosen || other.guesses !== flow.guesses) return false
    if (other.keeps !== flow.keeps) return false
    if (!sameItems(flow.functions, other.functions) || !sameItems(flow.against, other.against)) return false
  }
  return true
}

/** The form of a summary: sorted, without objects of ours. */
export const writeFlow = ({ name, type }: BaseColumn, flow: Flow): ColumnFlow => ({
  column: name,
  type,
  via: flow.via,
  functions: [...flow.functions].sort(),
  ...(flow.chosen && { chosen: true }),
  ...(flow.guesses > FEW && { many: true }),
  ...(flow.against.size > 0 && { against: [...flow.against].map((other) => other.name).sort() }),
})

export const writeFlows = (
  lineage: Lineage,
): { readonly columns: readonly ColumnName[]; readonly flows: readonly ColumnFlow[] } => {
  const flows = [...lineage].map(([column, flow]) => writeFlow(column, flow))
  flows.sort((left, right) => (left.column < right.column ? -1 : left.column > right.column ? 1 : 0))
  return { columns: flows.map(({ column }) => column), flows }
}
