import type { ColumnFlow, ColumnName } from '@snowfence/core'

/** A column of the warehouse: one object per column and catalogue, so that it can be a key. */
export interface BaseColumn {
  /** Canonical name of its table, and of the column in it. */
  readonly table: string
  readonly column: string
  readonly name: ColumnName
}

export interface Flow {
  readonly via: ColumnFlow['via']
  /** Functions and operators crossed, upper case. */
  readonly functions: ReadonlySet<string>
}

/** Which base columns a value comes from, and how each gets there. Never changed once made. */
export type Lineage = ReadonlyMap<BaseColumn, Flow>

export const noLineage: Lineage = new Map()

const noFunctions: ReadonlySet<string> = new Set()
export const valueFlow: Flow = { via: 'value', functions: noFunctions }

const protection = { derived: 0, value: 1, count: 2 } as const

const mergeFlows = (left: Flow, right: Flow): Flow => {
  if (left === right) return left
  const via = protection[left.via] <= protection[right.via] ? left.via : right.via
  if (containsAll(left.functions, right.functions)) return via === left.via ? left : { ...left, via }
  if (containsAll(right.functions, left.functions)) return via === right.via ? right : { ...right, via }
  return { via, functions: new Set([...left.functions, ...right.functions]) }
}

const containsAll = (outer: ReadonlySet<string>, inner: ReadonlySet<string>): boolean => {
  if (inner.size > outer.size) return false
  for (const name of inner) if (!outer.has(name)) return false
  return true
}

/** Every column of every part; where several paths exist, the least protective (derived over value over count). */
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

/** The value passes through a function that gives it back as it is, such as MIN or TRIM. */
export const passThrough = (lineage: Lineage, name: string): Lineage =>
  mapFlows(lineage, ({ via, functions }) => ({ via, functions: withFunction(functions, name) }))

/**
 * One column out of several sources, row by row: the arms of a UNION, the rows of VALUES. Where the sources differ, the
 * name is kept among the functions, because one of them may be a constant of the writer's choice: its pseudonym would
 * be known then, and `COUNT(DISTINCT …)` would tell whether it is equal to somebody's value.
 */
export const mixRows = (parts: readonly Lineage[], name: string): Lineage => {
  const [first, ...others] = parts
  if (first === undefined || others.every((other) => lineagesEqual(first, other))) return first ?? noLineage
  return passThrough(mergeLineages(parts), name)
}

/** A new value is computed from it. */
export const deriveThrough = (lineage: Lineage, name: string): Lineage =>
  mapFlows(lineage, ({ functions }) => ({ via: 'derived', functions: withFunction(functions, name) }))

/** Functions that keep NULL as NULL and nothing else, so that counting their result counts the column. */
const KEEPS_NULLS = new Set(['CAST', 'TRIM', 'LTRIM', 'RTRIM', 'MIN', 'MAX', 'ANY_VALUE'])
/** What `mixRows` notes. */
const MIXES_ROWS = new Set(['UNION', 'VALUES', 'UNPIVOT'])

/**
 * Only how many values there are. Counting a computed value is no plain count: `COUNT(NULLIF(ssn, …))` tells
 * whether somebody has that number, so it stays derived. So does counting different values where a constant may be
 * among them: two are one when somebody has that number.
 */
export const countThrough = (lineage: Lineage, name: string, { isDistinct = false } = {}): Lineage =>
  mapFlows(lineage, ({ via, functions }) => ({
    via:
      via !== 'derived' &&
      [...functions].every((crossed) => KEEPS_NULLS.has(crossed) || (!isDistinct && MIXES_ROWS.has(crossed)))
        ? 'count'
        : 'derived',
    functions: withFunction(functions, name),
  }))

export const lineagesEqual = (left: Lineage, right: Lineage): boolean => {
  if (left === right) return true
  if (left.size !== right.size) return false
  for (const [column, flow] of left) {
    const other = right.get(column)
    if (other === undefined || other.via !== flow.via || other.functions.size !== flow.functions.size)
      return false
  }
  return true
}

/** The form of a summary: sorted, without objects of ours. */
export const writeFlows = (
  lineage: Lineage,
): { readonly columns: readonly ColumnName[]; readonly flows: readonly ColumnFlow[] } => {
  const flows = [...lineage].map(
    ([{ name }, { via, functions }]): ColumnFlow => ({ column: name, via, functions: [...functions].sort() }),
  )
  flows.sort((left, right) => (left.column < right.column ? -1 : left.column > right.column ? 1 : 0))
  return { columns: flows.map(({ column }) => column), flows }
}
