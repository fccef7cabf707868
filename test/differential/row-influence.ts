import type { TableDefinition, World } from './compilation.ts'
import { type Difference, type GovernedStatement, run, shownRows } from './governed-answer.ts'
import { printQuery } from './print-statement.ts'
import type { ReadableSchema } from './source-grammar.ts'
import { Day, isDated, keyOf, Moment, type Type, type Value, Variant } from './value.ts'
import type { WorldPair } from './world-pairs.ts'

const isStructural = (name: string): boolean => name.endsWith('_ID')

const FRESH = 7_654_000

/** A value that no row holds. */
const fresh = (type: Type, at: number): Value => {
  if (type.family === 'date') return new Day(20_000 + at)
  if (isDated(type)) return new Moment(1_750_000_000_000 + at * 1_000)
  if (type.family === 'number') return FRESH + at
  return type.family === 'variant' ? new Variant({ value: FRESH + at, a: 'fresh' }) : `fresh ${at}`
}

const withRow = (world: World, table: string, at: number, row: readonly Value[] | null): World => {
  const rows = world.get(table) ?? []
  const changed =
    row === null
      ? rows.filter((_, index) => index !== at)
      : rows.map((old, index) => (index === at ? row : old))
  return new Map(world).set(table, changed)
}

const noRenaming = (world: World): WorldPair => ({ left: world, right: world, renamed: new Map() })

interface Told {
  readonly rows: readonly string[]
  /** Whose rows they are, as far as the outputs say. */
  readonly subjects: ReadonlySet<string>
}

const tell = (statement: GovernedStatement, world: World): Told | null => {
  const answer = run(statement.compilation, statement.query, world)
  if (answer === null || answer.reached.size > 0) return null
  const positions = statement.decision.subjects.map(({ output }) => output)
  return {
    // In which order somebody's rows come is no value of theirs.
    rows: [...shownRows(statement, answer.rows, noRenaming(world), 'left')].sort(),
    subjects: new Set(answer.rows.flatMap((row) => positions.map((output) => keyOf(row[output] as Value)))),
  }
}

const same = (a: Told, b: Told): boolean =>
  a.rows.length === b.rows.length && a.rows.every((row, index) => row === b.rows[index])

/** The row with other values in what identifies no row: in all of it, and in each column that the statement names. */
const changesOf = (
  { columns }: TableDefinition,
  row: readonly Value[],
  at: number,
  isNamed: (column: string) => boolean,
): readonly (readonly Value[])[] => {
  const open = columns.flatMap(({ name }, index) => (isStructural(name) ? [] : [index]))
  const change = (indexes: readonly number[]) =>
    row.map((value, index) => (indexes.includes(index) ? fresh(columns[index]!.type, at) : value))
  return [
    change(open),
    ...open.filter((index) => isNamed(columns[index]!.name)).map((index) => change([index])),
  ]
}

const namesIn = ({ tree }: GovernedStatement): ((column: string) => boolean) => {
  const words = new Set(printQuery(tree).split(/\W+/))
  return (column) => words.has(column.toLowerCase())
}

/**
 * Only groups may be read: an answer that depends on any row depends on as many as the least group has, and none of its
 * values is the value of one row.
 */
export const findSmallGroup = (
  statement: GovernedStatement,
  world: World,
  tables: ReadonlyMap<string, TableDefinition>,
  least: number,
): Difference | null => {
  const base = tell(statement, world)
  if (base === null || base.rows.length === 0) return null
  const isNamed = namesIn(statement)
  for (const [name, table] of tables) {
    const rows = world.get(name) ?? []
    let influencing = 0
    let isShown = false
    for (const [at, row] of rows.entries()) {
      const changed = [null, ...changesOf(table, row, at, isNamed)]
      const isFelt = changed.some((other) => {
        const told = tell(statement, withRow(world, name, at, other))
        if (told !== null && other !== null && told.rows.some((shown) => shown.includes(String(FRESH + at))))
          isShown = true
        return told !== null && !same(base, told)
      })
      if (isShown) return { kind: 'group', what: `shows the value of one row of ${name}` }
      if (isFelt) influencing += 1
      if (influencing >= least) break
    }
    if (influencing > 0 && influencing < least && rows.length >= least)
      return { kind: 'group', what: `depends on ${influencing} rows of ${name}` }
  }
  return null
}

/** People are counted: no value of somebody is shown whom the outputs do not name. */
export const findUncounted = (
  statement: GovernedStatement,
  world: World,
  tables: ReadonlyMap<string, TableDefinition>,
  { subjectOf }: ReadableSchema,
): Difference | null => {
  const base = tell(statement, world)
  if (base === null) return null
  const isNamed = namesIn(statement)
  const uncounted = new Set<string>()
  for (const [name, table] of tables) {
    const subject = table.columns.findIndex((column) => column.name === subjectOf.get(name))
    if (subject === -1) continue
    for (const [at, row] of (world.get(name) ?? []).entries()) {
      const told = tell(statement, withRow(world, name, at, changesOf(table, row, at, isNamed)[0]!))
      if (told === null || same(base, told) || told.rows.length !== base.rows.length) continue
      const who = keyOf(row[subject] as Value)
      if (!base.subjects.has(who) && !told.subjects.has(who)) uncounted.add(`${name} ${who}`)
    }
  }
  return uncounted.size === 0
    ? null
    : { kind: 'group', what: `shows ${uncounted.size} people who are not counted` }
}
