import type { SeededRandom } from '../fuzz/seeded-random.ts'
import type { TableDefinition, World } from './compilation.ts'
import { type ShownColumn, wordOf } from './shown-columns.ts'
import { compareValues, keyOf, type Type, type Value } from './value.ts'
import { poolOf } from './value-pools.ts'

/** Two warehouses that look the same to one principal. */
export interface WorldPair {
  readonly left: World
  readonly right: World
  /** For each class of stand-ins, which value of the right one stands where which of the left one stood. */
  readonly renamed: ReadonlyMap<string, Renaming>
}

export interface Renaming {
  readonly forth: ReadonlyMap<string, string>
  readonly back: ReadonlyMap<string, string>
}

/** How many rows each table has. */
export type Sizes = Readonly<Record<string, number>>
export const smallSizes: Sizes = {
  PATIENTS: 6,
  PROVIDERS: 3,
  ENCOUNTERS: 7,
  DIAGNOSES: 5,
  LABS: 4,
  NOTES: 4,
  PSYCHOTHERAPY_NOTES: 3,
  WORKLIST: 3,
}

/** Enough for groups of eleven. */
export const groupSizes: Sizes = {
  PATIENTS: 30,
  PROVIDERS: 4,
  ENCOUNTERS: 36,
  DIAGNOSES: 26,
  LABS: 14,
  NOTES: 12,
  PSYCHOTHERAPY_NOTES: 3,
}

const keyOfTable: Readonly<Record<string, string>> = {
  PATIENTS: 'PATIENT_ID',
  PROVIDERS: 'PROVIDER_ID',
  ENCOUNTERS: 'ENCOUNTER_ID',
  DIAGNOSES: 'DIAGNOSIS_ID',
  LABS: 'LAB_ID',
  NOTES: 'NOTE_ID',
  PSYCHOTHERAPY_NOTES: 'NOTE_ID',
  WORKLIST: 'ENTRY',
}
const referenced: Readonly<Record<string, string>> = {
  PATIENT_ID: 'PATIENTS',
  PROVIDER_ID: 'PROVIDERS',
  ENCOUNTER_ID: 'ENCOUNTERS',
}

const shuffle = <T>(random: SeededRandom, values: readonly T[]): T[] => {
  const shuffled = [...values]
  for (let at = shuffled.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1)
    const kept = shuffled[at] as T
    shuffled[at] = shuffled[other] as T
    shuffled[other] = kept
  }
  return shuffled
}

const groupByView = (column: ShownColumn, pool: readonly Value[]): Map<string, Value[]> => {
  const groups = new Map<string, Value[]>()
  for (const value of pool) {
    const view = column.viewOf(value)
    const known = groups.get(view)
    if (known) known.push(value)
    else groups.set(view, [value])
  }
  return groups
}

const viewGroups = new WeakMap<ShownColumn, Map<string, Value[]>>()
const groupsOf = (column: ShownColumn, pool: readonly Value[]): Map<string, Value[]> => {
  const known = viewGroups.get(column)
  if (known) return known
  const groups = groupByView(column, pool)
  viewGroups.set(column, groups)
  return groups
}

/** A renaming of all values of a column that keeps how each looks, and so which are equal. */
const renameWithin = (
  random: SeededRandom,
  column: ShownColumn,
  pool: readonly Value[],
  kept: ReadonlySet<string>,
): Map<string, Value> => {
  const renaming = new Map<string, Value>()
  for (const all of groupsOf(column, pool).values()) {
    const members = all.filter((member) => !column.showsConstants || !kept.has(keyOf(member)))
    const targets = shuffle(random, members)
    for (const member of all) renaming.set(keyOf(member), member)
    members.forEach((member, index) => {
      renaming.set(keyOf(member), targets[index] as Value)
    })
  }
  return renaming
}

/** A renaming that keeps the order too, of some of the values: the others keep theirs and are not used. */
const renameInOrder = (
  random: SeededRandom,
  column: ShownColumn,
  pool: readonly Value[],
): Map<string, Value> => {
  const sorted = [...pool].sort(compareValues)
  const renaming = new Map<string, Value>()
  let last = -1
  for (const [at, value] of sorted.entries()) {
    if (random.below(3) === 0) continue
    const candidates = sorted.flatMap((other, index) =>
      index > last && index <= at + 4 && column.viewOf(other) === column.viewOf(value) ? [index] : [],
    )
    if (candidates.length === 0) continue
    last = random.pick(candidates.slice(0, 2))
    renaming.set(keyOf(value), sorted[last] as Value)
  }
  return renaming
}

interface Filling {
  readonly values: readonly Value[]
  readonly rename: ReadonlyMap<string, Value> | null
}

const structural = (column: ShownColumn): boolean =>
  column.name in referenced || keyOfTable[column.table] === column.name

/** The class of a column whose equal cells must stay equal, across the tables that hold it. */
const equalityClass = (column: ShownColumn): string | null =>
  column.pseudonym !== null || column.showsEquality || column.showsOrder
    ? `${column.decision.classes.join('+')} ${column.type.family}`
    : null

/**
 * Fills two warehouses that agree on everything that the principal is shown, and differ elsewhere wherever they can.
 *
 * @param kept the values that a statement asks for: where a column may be compared with them, they stay as they are
 */
export const makePair = (
  random: SeededRandom,
  tables: ReadonlyMap<string, TableDefinition>,
  shown: ReadonlyMap<string, ShownColumn>,
  sizes: Sizes,
  kept: ReadonlySet<string> = new Set(),
): WorldPair => {
  const classes = new Map<string, Filling>()
  const numbered = new Set(
    [...shown.values()].flatMap(({ pseudonym, type }) =>
      pseudonym !== null && type.family === 'number' ? [pseudonym] : [],
    ),
  )
  const isTaken = (column: ShownColumn, value: Value): boolean =>
    column.pseudonym !== null &&
    numbered.has(column.pseudonym) &&
    typeof value === 'string' &&
    /^[01]?\d?$/.test(value)
  const fillingOf = (column: ShownColumn): Filling => {
    // A stand-in for the number 7 is one for the text '7' too.
    const pool = poolOf(column.name, column.type).filter((value) => !isTaken(column, value))
    const cls = column.isPublic ? null : equalityClass(column)
    if (cls === null) return { values: pool, rename: null }
    const known = classes.get(cls)
    if (known) return known
    const rename = !column.showsOrder
      ? renameWithin(random, column, pool, kept)
      : structural(column) || column.showsConstants
        ? new Map(pool.map((value) => [keyOf(value), value]))
        : renameInOrder(random, column, pool)
    const made = { values: pool.filter((value) => rename.has(keyOf(value))), rename }
    classes.set(cls, made)
    return made
  }
  const fillCell = (column: ShownColumn, row: number): readonly [Value, Value] => {
    const filled = drawCell(column, row)
    return filled.every((value) => holds(column.type, value)) ? filled : [null, null]
  }
  const drawCell = (column: ShownColumn, row: number): readonly [Value, Value] => {
    const { values, rename } = fillingOf(column)
    const target = referenced[column.name]
    const isKey = keyOfTable[column.table] === column.name
    const isStructural = structural(column)
    if (!isStructural && random.below(9) === 0) return [null, null]
    const left: Value = isKey
      ? row + 1
      : isStructural && target !== undefined
        ? 1 + random.below(sizes[target] ?? 3)
        : values.length === 0
          ? null
          : random.pick(values)
    if (column.isPublic || left === null) return [left, left]
    if (rename !== null) return [left, rename.get(keyOf(left)) ?? left]
    const alike = groupsOf(column, poolOf(column.name, column.type)).get(column.viewOf(left))
    return [left, alike === undefined ? left : random.pick(alike)]
  }
  const [left, right] = [new Map<string, Value[][]>(), new Map<string, Value[][]>()]
  for (const [name, table] of tables) {
    const columns = table.columns.map((column) => shown.get(`${name}.${column.name}`) as ShownColumn)
    const rows = Array.from({ length: sizes[name] ?? 3 }, (_, row) =>
      columns.map((column) => fillCell(column, row)),
    )
    left.set(
      name,
      rows.map((row) => row.map(([value]) => value)),
    )
    right.set(
      name,
      rows.map((row) => row.map(([, value]) => value)),
    )
  }
  return { left, right, renamed: stand(classes) }
}

/** Whether a column of the type can hold the value: narrow columns hold less than wide ones of the same class. */
const holds = ({ family, size, scale = 0 }: Type, value: Value): boolean => {
  if (size === undefined) return true
  if (family === 'text') return typeof value !== 'string' || value.length <= size
  if (family !== 'number' || typeof value !== 'number') return true
  return Math.abs(value) < 10 ** (size - scale) && Number(value.toFixed(scale)) === value
}

/** By class, whatever the types of the columns that hold it. */
const stand = (classes: ReadonlyMap<string, Filling>): WorldPair['renamed'] => {
  const renamed = new Map<string, { forth: Map<string, string>; back: Map<string, string> }>()
  for (const [key, { values, rename }] of classes) {
    const cls = key.slice(0, key.lastIndexOf(' '))
    const known = renamed.get(cls) ?? { forth: new Map(), back: new Map() }
    for (const value of values) {
      const [from, to] = [wordOf(value), wordOf(rename?.get(keyOf(value)) ?? value)]
      known.forth.set(from, to)
      known.back.set(to, from)
    }
    renamed.set(cls, known)
  }
  return renamed
}
