import type { Column, TableDefinition, World } from './compilation.ts'
import { type Difference, type GovernedStatement, run, shownRows } from './governed-answer.ts'
import { printQuery } from './print-statement.ts'
import { Day, isDated, keyOf, Moment, type Type, type Value, Variant } from './value.ts'
import type { WorldPair } from './world-pairs.ts'

type Tables = ReadonlyMap<string, TableDefinition>
type Row = readonly Value[]

const FRESH = 7_654_000

/** A value that no row holds. */
const fresh = (type: Type, at: number): Value => {
  if (type.family === 'date') return new Day(20_000 + at)
  if (isDated(type)) return new Moment(1_750_000_000_000 + at * 1_000)
  if (type.family === 'number') return FRESH + at
  return type.family === 'variant' ? new Variant({ value: FRESH + at, a: 'fresh' }) : `fresh ${at}`
}

const withRow = (world: World, table: string, at: number, row: Row | null): World => {
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
  readonly fails: boolean
  /** Whether something fails that Snowflake may compute, as an output of a group that HAVING drops. */
  readonly mayFail: boolean
  /** What the outputs say of whose rows they are, a text for each output that does. */
  readonly people: readonly string[]
}

const tell = (statement: GovernedStatement, world: World): Told | null => {
  const answer = run(statement, world)
  if (answer === null) return null
  const mayFail = answer.eager.size > 0
  if (answer.reached.size > 0) return { rows: ['a failure'], fails: true, mayFail, people: [] }
  const { subjects } = statement.decision
  return {
    fails: false,
    mayFail,
    // In which order somebody's rows come is no value of theirs.
    rows: [...shownRows(statement, answer.rows, noRenaming(world), 'left')].sort(),
    people: answer.rows
      .flatMap((row) =>
        subjects.map(({ column, output }) => personOf(world, column, row[output] as Value) ?? 'nobody'),
      )
      .sort(),
  }
}

/** The rows that the outputs say are of others. */
const tellOfOthers = (
  statement: GovernedStatement,
  world: World,
  who: string,
): { readonly rows: readonly string[]; readonly isShown: boolean } | null => {
  const answer = run(statement, world)
  if (answer === null || answer.reached.size > 0) return null
  const { subjects } = statement.decision
  const others = answer.rows.filter(
    (row) => !subjects.some(({ column, output }) => personOf(world, column, row[output] as Value) === who),
  )
  return {
    rows: [...shownRows(statement, others, noRenaming(world), 'left')].sort(),
    isShown: others.length < answer.rows.length,
  }
}

/** Whose data a key belongs to: an encounter is of a patient. */
const personOf = (world: World, column: string, key: Value): string | null => {
  if (key === null) return null
  if (!column.endsWith('ENCOUNTER_ID')) return keyOf(key)
  const encounter = (world.get('ENCOUNTERS') ?? []).find((row) => keyOf(row[0] as Value) === keyOf(key))
  return encounter === undefined ? null : keyOf(encounter[1] as Value)
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((row, index) => row === b[index])

/** The row with another value in each column that may be changed, and in all of them. */
const changesOf = (
  { columns }: TableDefinition,
  row: Row,
  at: number,
  isOpen: (column: Column) => boolean,
  { fills } = { fills: false },
): readonly Row[] => {
  const open = columns.flatMap((column, index) =>
    !column.name.endsWith('_ID') && isOpen(column) ? [index] : [],
  )
  const change = (indexes: readonly number[]) =>
    row.map((value, index) =>
      (fills || value !== null) && indexes.includes(index) ? fresh(columns[index]!.type, at) : value,
    )
  return open.length > 1 ? [change(open), ...open.map((index) => change([index]))] : [change(open)]
}

/** The row with other numbers where a statement names them: a row without a number is one of its group too. */
const withOtherNumbers = (
  table: TableDefinition,
  row: Row,
  at: number,
  isNamed: (column: Column) => boolean,
): readonly Row[] =>
  changesOf(table, row, at, (column) => column.type.family === 'number' && isNamed(column), { fills: true })

const namesIn = ({ tree }: GovernedStatement): ((column: Column) => boolean) => {
  const words = new Set(printQuery(tree).split(/\W+/))
  return ({ name }) => words.has(name.toLowerCase())
}

/**
 * Only groups may be read. An answer must not come about from fewer rows of a table than the least group has, must not
 * depend on the numbers of so few, and must not show the number of one.
 *
 * @param failuresCount - whether a failure counts as a person, so that it may hang on one
 */
export const findSmallGroup = (
  statement: GovernedStatement,
  world: World,
  tables: Tables,
  least: number,
  { failuresCount }: { readonly failuresCount: boolean },
): Difference | null => {
  const base = tell(statement, world)
  if (base === null) return null
  for (const [name, table] of tables) {
    const found =
      (failuresCount ? null : findLoneFailure(statement, world, table, least, base)) ??
      (base.fails || base.rows.length === 0 ? null : findSmallGroupIn(statement, world, table, least, base))
    if (found !== null) return { kind: 'group', what: `${found} of ${name}` }
  }
  return null
}

/** So little that a number keeps its place among the others. */
const LITTLE = 0.25

/**
 * Rows of which a little more in a number changes the answer. A sum or a mean follows the number of each row, a percentile
 * only those of the rows that stand where it is taken.
 */
const followedRows = (
  statement: GovernedStatement,
  world: World,
  { name, columns }: TableDefinition,
  base: Told,
): number => {
  const isNamed = namesIn(statement)
  const numbers = columns.flatMap((column, index) =>
    column.type.family === 'number' && !column.name.endsWith('_ID') && isNamed(column) ? [index] : [],
  )
  if (numbers.length === 0) return 0
  return (world.get(name) ?? []).filter((row, at) => {
    const more = row.map((value, index) =>
      numbers.includes(index) && typeof value === 'number' ? value + LITTLE : value,
    )
    const told = tell(statement, withRow(world, name, at, more))
    return told !== null && !told.fails && !same(base.rows, told.rows)
  }).length
}

/** How many different values a large group has is released, and hangs on the rows whose values are not the only ones. */
const countsDifferent = ({ tree }: GovernedStatement): boolean =>
  /count\(distinct|hll\(|approx_count_distinct/.test(printQuery(tree))

/** Whether the statement fails must not hang on the numbers or the presence of fewer rows than the least group has. */
const findLoneFailure = (
  statement: GovernedStatement,
  world: World,
  table: TableDefinition,
  least: number,
  base: Told,
): string | null => {
  const isNamed = namesIn(statement)
  const rows = world.get(table.name) ?? []
  if (statement.compilation.sites.length === 0 || rows.length < least) return null
  const deciding = rows.filter((row, at) =>
    [null, ...withOtherNumbers(table, row, at, isNamed)].some((other) => {
      const told = tell(statement, withRow(world, table.name, at, other))
      return told !== null && told.mayFail !== base.mayFail
    }),
  )
  return deciding.length > 0 && deciding.length < least ? `fails or not by ${deciding.length} rows` : null
}

const findSmallGroupIn = (
  statement: GovernedStatement,
  world: World,
  table: TableDefinition,
  least: number,
  base: Told,
): string | null => {
  const isNamed = namesIn(statement)
  const rows = world.get(table.name) ?? []
  if (rows.length < least) return null
  const felt: number[] = []
  let feltNumbers = 0
  const needed: number[] = []
  for (const [at, row] of rows.entries()) {
    for (const other of withOtherNumbers(table, row, at, isNamed)) {
      const told = tell(statement, withRow(world, table.name, at, other))
      if (told === null || told.fails || same(base.rows, told.rows)) continue
      if (told.rows.some((shown) => shown.includes(String(FRESH + at)))) return 'shows the value of one row'
      felt.push(at)
      if (row.some((value, index) => value !== null && value !== other[index])) feltNumbers += 1
      break
    }
    const told = tell(statement, withRow(world, table.name, at, null))
    if (told !== null && !told.fails && !same(base.rows, told.rows)) needed.push(at)
  }
  const isReleased = countsDifferent(statement)
  if (!isReleased && feltNumbers > 0 && felt.length < least)
    return `depends on the numbers of ${felt.length} rows`
  const followed = isReleased || feltNumbers === 0 ? 0 : followedRows(statement, world, table, base)
  // Of the numbers that decide, a sum or a mean follows all.
  if (followed > 0 && followed < least && followed < feltNumbers)
    return `follows the numbers of ${followed} rows`
  if (needed.length === 0 || needed.length >= least) return null
  const kept = needed.map((at) => rows[at] as Row)
  const only = tell(statement, new Map(world).set(table.name, kept))
  return only !== null && same(base.rows, only.rows) ? `comes about from ${needed.length} rows` : null
}

/** People whom the statement names by constants count too, whether or not a row comes back. */
const namedPeople = ({ decision, tree }: GovernedStatement, world: World): ReadonlySet<string> => {
  const text = printQuery(tree)
  const people = (decision.pinnedSubjects ?? []).flatMap(({ column, constants }) =>
    constants.flatMap((place) => {
      if ('bind' in place) return []
      const digits = text.slice(place.start, place.end).replaceAll("'", '')
      return personOf(world, column, Number(digits)) ?? []
    }),
  )
  return new Set(people)
}

/** People are counted: no value of somebody is shown whom neither the outputs nor the statement names. */
export const findUncounted = (
  statement: GovernedStatement,
  world: World,
  tables: Tables,
  subjectOf: ReadonlyMap<string, string>,
): Difference | null => {
  const base = tell(statement, world)
  if (base === null || base.fails) return null
  const named = namedPeople(statement, world)
  const uncounted = new Set<string>()
  for (const [name, table] of tables) {
    const subject = table.columns.findIndex((column) => column.name === subjectOf.get(name))
    if (subject === -1) continue
    for (const [at, row] of (world.get(name) ?? []).entries()) {
      const who = personOf(world, subjectOf.get(name) ?? '', row[subject] as Value)
      if (who === null || base.people.includes(who) || named.has(who)) continue
      const changed = withRow(world, name, at, changesOf(table, row, at, () => true)[0] as Row)
      const told = tellOfOthers(statement, changed, who)
      if (told === null || same(base.rows, told.rows)) continue
      // Whether somebody is shown may hang on their own values. Then they are counted, and a limit leaves out others for them.
      const isLimited = statement.tree.limit !== null && statement.tree.offset === undefined
      if (told.isShown && isLimited && told.rows.every((shown) => base.rows.includes(shown))) continue
      uncounted.add(who)
    }
  }
  return uncounted.size === 0
    ? null
    : { kind: 'group', what: `shows ${uncounted.size} people who are not counted` }
}
