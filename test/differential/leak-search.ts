import type { StatementSummary } from '@snowfence/core'
import { evaluate } from '@snowfence/policy'
import type { SqlAnalyzer } from '@snowfence/sql'
import { SeededRandom } from '../fuzz/seeded-random.ts'
import { Compilation, CompileRefusal, type TableDefinition } from './compilation.ts'
import { compileChange } from './compile-change.ts'
import { compileInsert } from './compile-insert.ts'
import { compileQuery, noCommonTables } from './compile-query.ts'
import { parseMoment, parseNumber } from './convert-value.ts'
import {
  type Alter,
  type Difference,
  findDifference,
  type GovernedStatement,
  type Judgement,
  judge,
} from './governed-answer.ts'
import { type PolicyUnderTest, WRITTEN } from './policies-under-test.ts'
import { printQuery } from './print-statement.ts'
import { findSmallGroup, findUncounted } from './row-influence.ts'
import { type Figures, hitsOf } from './search-figures.ts'
import { printSession, textsBefore } from './session-texts.ts'
import { type ShownColumn, shownColumns } from './shown-columns.ts'
import { shrinkLeak } from './shrink-leak.ts'
import type { ReadableSchema } from './source-grammar.ts'
import { type Generated, StatementGrammar } from './statement-grammar.ts'
import type { Query, Statement } from './statement-tree.ts'
import { DAY_MS, Day, keyOf, Moment, type Value } from './value.ts'
import { groupSizes, makePair, type Sizes, smallSizes, type WorldPair } from './world-pairs.ts'

/** A statement that the product allows, and that answers differently on two worlds alike in everything shown. */
export interface Leak {
  readonly under: PolicyUnderTest
  readonly statement: Statement
  readonly sql: string
  readonly place: string
  readonly kind: string
  readonly pair: WorldPair
  readonly difference: Difference
}

/** What the product takes for a large group where a policy does not say. */
const USUAL_GROUP = 11
const PAIRS = 40
const PAIRS_FOR_EACH = 5

/** Looks for leaks under one policy, for one principal. */
export class LeakSearch {
  readonly under: PolicyUnderTest
  readonly figures: Figures
  readonly tables: ReadonlyMap<string, TableDefinition>
  readonly shown: ReadonlyMap<string, ShownColumn>
  readonly schema: ReadableSchema
  readonly #equal: ReadonlyMap<string, ShownColumn>
  readonly #analyzer: SqlAnalyzer
  readonly #alter: Alter
  readonly #random: SeededRandom
  readonly #grammar: StatementGrammar
  /** Names of columns that a statement may compare with constants. */
  readonly #comparable: ReadonlySet<string>
  #pairs: readonly WorldPair[] = []
  #uses = 0

  /** @param alter what is to become of each analysis before it is judged: for losing a part of it on purpose */
  constructor(
    analyzer: SqlAnalyzer,
    under: PolicyUnderTest,
    seed: number,
    figures: Figures,
    alter: Alter = (summary) => summary,
  ) {
    this.#analyzer = analyzer
    this.#alter = alter
    this.under = under
    this.figures = figures
    this.#random = new SeededRandom(seed)
    const columns = shownColumns(analyzer, under)
    this.shown = new Map(columns.map((column) => [`${column.table}.${column.name}`, column]))
    this.#equal = new Map([...this.shown].map(([name, column]) => [name, { ...column, showsEquality: true }]))
    this.tables = tablesOf(columns, under)
    this.schema = readableSchema(analyzer, under, columns, this.tables)
    this.#comparable = new Set(
      columns.flatMap(({ name, showsConstants, isPublic }) => (showsConstants && !isPublic ? [name] : [])),
    )
    // The statements do not depend on how many worlds were drawn for others.
    this.#grammar = new StatementGrammar(new SeededRandom(seed + 0x5eed), this.schema)
  }

  /** Whether there is anything to look for. */
  get hasClassified(): boolean {
    return (
      this.#bounds ||
      [...this.tables.values()].some(({ columns }) => columns.some(({ classified }) => classified))
    )
  }

  /** Whether people or groups are counted: then every column tells of somebody. */
  get #bounds(): boolean {
    return this.schema.minimumGroupSize !== null || this.schema.subjectOf.size > 0
  }

  get sizes(): Sizes {
    return this.#bounds ? groupSizes : smallSizes
  }

  /** Makes one statement and tries it. @returns a leak where there is one */
  step(): Leak | null {
    return this.try(this.make(), true)
  }

  make(): Generated {
    this.figures.texts += 1
    return this.#grammar.next()
  }

  /** Tries a statement; of its own ones the grammar learns which are allowed. @returns a leak where there is one */
  try(generated: Generated, isOwn: boolean): Leak | null {
    const { figures } = this
    figures.generated += 1
    const governed = this.#govern(generated)
    if (isOwn) this.#grammar.learn(generated, governed !== null && governed !== 'denied')
    if (governed === null || governed === 'denied') return null
    const { place, kind, statement } = generated
    for (let tries = 0; tries < PAIRS_FOR_EACH; tries += 1) {
      const pair = this.#pairFor(governed, statement)
      figures.runs += 2
      const difference =
        findDifference(governed, pair) ?? (tries === 0 ? this.#findPerson(governed, pair) : null)
      if (difference === null) continue
      figures.leaks += 1
      return { under: this.under, statement, sql: printSession(statement), place, kind, pair, difference }
    }
    return null
  }

  /** The same leak in its simplest form. */
  shrink(leak: Leak): Leak {
    const differs = (statement: Statement, pair: WorldPair): Difference | null => {
      const governed = this.#allowed(statement)
      if (governed === null) return null
      const found =
        findDifference(governed, pair) ??
        (leak.difference.kind === 'group' ? this.#findPerson(governed, pair) : null)
      return found?.kind === leak.difference.kind ? found : null
    }
    const asked = new Set(constantsOf(leak.statement))
    const shrunk = shrinkLeak(
      leak,
      (statement, pair) => {
        // The worlds agree on what the statement asks for, and on no other constant.
        if (this.#comparable.size > 0 && !constantsOf(statement).every((known) => asked.has(known)))
          return false
        try {
          return differs(statement, pair) !== null
        } catch {
          // A tree that lost a part it cannot do without is no statement.
          return false
        }
      },
      (table, column) => {
        const shown = this.shown.get(`${table}.${this.tables.get(table)?.columns[column]?.name}`)
        return shown !== undefined && (shown.pseudonym !== null || shown.showsEquality || shown.showsOrder)
      },
    )
    const difference = differs(shrunk.statement, shrunk.pair) ?? leak.difference
    return { ...shrunk, sql: printSession(shrunk.statement), difference }
  }

  /** Tries one statement on so many pairs of worlds. @returns null where it is denied, or tells nothing */
  examine(statement: Statement, pairs: number): Difference | null {
    const governed = this.#allowed(statement)
    if (governed === null) return null
    for (let tries = 0; tries < pairs; tries += 1) {
      const pair = this.#pairFor(governed, statement)
      const difference = findDifference(governed, pair) ?? this.#findPerson(governed, pair)
      if (difference !== null) return difference
    }
    return null
  }

  /** Every statement of a session must be allowed. The last one is what is shown. */
  #judge(statement: Statement): Judgement {
    for (const text of textsBefore(statement)) {
      const before = judge(this.#analyzer, this.under, text, this.#alter)
      if (!before.isAllowed) return before
    }
    return judge(this.#analyzer, this.under, printQuery(statement.q), this.#alter)
  }

  #allowed(statement: Statement): GovernedStatement | null {
    const compiled = compile(statement, this.tables)
    if (compiled === null) return null
    const { summary, decision, isAllowed } = this.#judge(statement)
    const { compilation, query, writes } = compiled
    if (!isAllowed || decision.columns.length !== query.columns.length) return null
    return { tree: statement.q, compilation, query, writes, decision, claimedGroup: claimOf(summary) }
  }

  #govern(generated: Generated): GovernedStatement | 'denied' | null {
    const { figures } = this
    const { statement, place } = generated
    const compiled = compile(statement, this.tables)
    if (compiled === null) {
      figures.refusedByCompiler += 1
      return null
    }
    const { compilation, query, writes } = compiled
    const touches = compilation.constructs.delete('touches a class') || this.#bounds
    if (!touches) {
      figures.untouched += 1
      return null
    }
    const { summary, decision, isAllowed } = this.#judge(statement)
    for (const [construct, classified] of compilation.constructs) {
      const hits = hitsOf(figures, construct)
      if (classified) hits.tried += 1
      if (isAllowed) hits.counted += 1
      if (isAllowed && classified) hits.touching += 1
    }
    if (!isAllowed) {
      if (summary.status === 'unsupported') figures.notUnderstood += 1
      else figures.denied += 1
      return 'denied'
    }
    if (decision.columns.length !== query.columns.length) return null
    figures.counted += 1
    figures.places[place] = (figures.places[place] ?? 0) + 1
    return { tree: statement.q, compilation, query, writes, decision, claimedGroup: claimOf(summary) }
  }

  /** What the answer tells of too few people, where the policy bounds how many. */
  #findPerson(governed: GovernedStatement, { left }: WorldPair): Difference | null {
    const { minimumGroupSize, subjectOf } = this.schema
    if (minimumGroupSize !== null)
      return findSmallGroup(governed, left, this.tables, minimumGroupSize, { failuresCount: false })
    if (subjectOf.size === 0) return null
    if (governed.claimedGroup >= USUAL_GROUP)
      return findSmallGroup(governed, left, this.tables, USUAL_GROUP, { failuresCount: true })
    // How many rows there are is free.
    return isCount(governed.tree) ? null : findUncounted(governed, left, this.tables, subjectOf)
  }

  /**
   * Where a statement may ask for a constant, the worlds agree on which cells are equal to it. How many different values
   * a large group has is one of the statistics that are released.
   */
  #pairFor({ claimedGroup }: GovernedStatement, statement: Statement): WorldPair {
    const asks = this.#comparable.size > 0 && namesAny(statement, this.#comparable)
    const isLarge = claimedGroup >= USUAL_GROUP
    if (!isLarge && !asks) return this.#nextPair()
    const kept = new Set(asks ? constantsOf(statement) : [])
    return makePair(this.#random, this.tables, isLarge ? this.#equal : this.shown, this.sizes, kept)
  }

  #nextPair(): WorldPair {
    // New worlds every few hundred uses: enough to vary, few enough to cost little.
    if (this.#uses % (PAIRS * 60) === 0)
      this.#pairs = Array.from({ length: PAIRS }, () =>
        makePair(this.#random, this.tables, this.shown, this.sizes),
      )
    this.#uses += 1
    return this.#random.pick(this.#pairs)
  }
}

/** A statement as the reference semantics runs it, or null where Snowflake would refuse to compile it. */
export const compile = (
  { q, settings, inserts = [], changes = [] }: Statement,
  tables: ReadonlyMap<string, TableDefinition>,
) => {
  const compilation = new Compilation(settings, tables)
  try {
    return {
      compilation,
      writes: [
        ...inserts.map((insert) => compileInsert(compilation, insert)),
        ...changes.map((change) => compileChange(compilation, change)),
      ],
      query: compileQuery(compilation, q, null, noCommonTables),
    }
  } catch (error) {
    if (error instanceof CompileRefusal) return null
    throw error
  }
}

/** How large the product says that every group is. */
const claimOf = (summary: StatementSummary): number =>
  summary.status === 'analyzed' ? (summary.aggregation?.minimumGroupSize ?? 0) : 0

const namesAny = (node: unknown, names: ReadonlySet<string>): boolean => {
  if (typeof node === 'string') return names.has(node)
  if (Array.isArray(node)) return node.some((member) => namesAny(member, names))
  return (
    typeof node === 'object' && node !== null && Object.values(node).some((member) => namesAny(member, names))
  )
}

/** A constant, and what a text stands for beside a number or a date. */
const readings = (value: Value): readonly Value[] => {
  if (typeof value !== 'string') return [value]
  const [number, ms] = [parseNumber(value), parseMoment(value)]
  return [
    value,
    ...(number === null ? [] : [number, Math.round(number)]),
    ...(ms === null ? [] : [new Day(Math.floor(ms / DAY_MS)), new Moment(ms)]),
  ]
}

/** Every constant that a statement writes, wherever it stands. */
const constantsOf = (node: unknown): string[] => {
  if (Array.isArray(node)) return node.flatMap(constantsOf)
  if (typeof node !== 'object' || node === null) return []
  if ('k' in node && node.k === 'lit' && 'value' in node) return readings(node.value as Value).map(keyOf)
  return Object.getPrototypeOf(node) === Object.prototype ? Object.values(node).flatMap(constantsOf) : []
}

const isCount = ({ body }: Query): boolean =>
  body.k === 'select' && body.items.every(({ e }) => e.k === 'agg' && e.name === 'COUNT' && !e.distinct)

/** Tables of which every column can be read. */
const tablesOf = (
  columns: readonly ShownColumn[],
  { catalog }: PolicyUnderTest,
): ReadonlyMap<string, TableDefinition> => {
  const names = [...new Set(columns.map(({ table }) => table))].filter((name) => {
    const entry = catalog.CLINIC?.PUBLIC?.[name]
    const all = entry === undefined ? 0 : Array.isArray(entry) ? entry.length : entry.columns.length
    return columns.filter(({ table }) => table === name).length === all
  })
  return new Map(
    names.map((name) => [
      name,
      {
        name,
        columns: columns
          .filter(({ table }) => table === name)
          .map((column) => ({
            rel: null,
            name: column.name,
            type: column.type,
            classified: !column.isPublic,
          })),
      },
    ]),
  )
}

/** What the grammar must heed, as the product says it of a plain statement over each table. */
const readableSchema = (
  analyzer: SqlAnalyzer,
  { policy, catalog, principal, agent, purpose, now }: PolicyUnderTest,
  columns: readonly ShownColumn[],
  tables: ReadonlyMap<string, TableDefinition>,
): ReadableSchema => {
  const subjectOf = new Map<string, string>()
  let minimumGroupSize: number | null = null
  for (const name of tables.keys()) {
    const { summary } = analyzer.analyze(`select count(*) as n from ${name}`, {
      catalog,
      database: 'CLINIC',
      schema: 'PUBLIC',
    })
    const { limits } = evaluate(policy, { principal, agent, purpose, now, summary })
    const resource = policy.document.resources.find(({ table }) => table === `CLINIC.PUBLIC.${name}`)
    const isCounted = limits.subjectsPerDay !== undefined || limits.subjectsPerTask !== undefined
    if (isCounted && typeof resource?.subject === 'string') subjectOf.set(name, resource.subject)
    minimumGroupSize = limits.minimumGroupSize ?? minimumGroupSize
  }
  const readable = new Map(
    [...tables.keys()].map((name) => [name, columns.filter(({ table }) => table === name)] as const),
  )
  return { tables: readable, subjectOf, minimumGroupSize, written: tables.has(WRITTEN) ? WRITTEN : null }
}
