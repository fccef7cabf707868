import type { Decision, StatementSummary } from '@snowfence/core'
import { evaluate } from '@snowfence/policy'
import type { SqlAnalyzer } from '@snowfence/sql'
import { type Compilation, CompileRefusal, TooLarge, type World } from './compilation.ts'
import type { CompiledWrite } from './compile-change.ts'
import type { CompiledQuery } from './compile-query.ts'
import type { PolicyUnderTest } from './policies-under-test.ts'
import { driverValue, isPseudonym, maskOf, shapeOf, wordOf } from './shown-columns.ts'
import type { Query } from './statement-tree.ts'
import { keyOf, type Value } from './value.ts'
import type { Renaming, WorldPair } from './world-pairs.ts'

/** What the product says to one text. */
export interface Judgement {
  readonly summary: StatementSummary
  readonly decision: Decision
  /** A person may be asked first: what is shown then is the same. */
  readonly isAllowed: boolean
}

/** A change to an analysis before it is judged. */
export type Alter = (summary: StatementSummary, sql: string) => StatementSummary

export const judge = (
  analyzer: SqlAnalyzer,
  under: PolicyUnderTest,
  sql: string,
  alter: Alter = (summary) => summary,
): Judgement => {
  const { catalog } = under
  const analyzed = analyzer.analyze(sql, { catalog, database: 'CLINIC', schema: 'PUBLIC' }).summary
  const summary = alter(analyzed, sql)
  const { policy, principal, agent, purpose, now } = under
  const decision = evaluate(policy, { principal, agent, purpose, now, summary })
  return { summary, decision, isAllowed: decision.decision !== 'deny' }
}

/** A statement of which the local meaning is known, with the product's decision on it. */
export interface GovernedStatement {
  readonly tree: Query
  readonly compilation: Compilation
  /** What the session writes before. */
  readonly writes: readonly CompiledWrite[]
  readonly query: CompiledQuery
  readonly decision: Decision
  /** The least group that the analysis says every row stands for. */
  readonly claimedGroup: number
}

interface Answer {
  readonly reached: ReadonlySet<number>
  readonly eager: ReadonlySet<number>
  readonly rows: readonly (readonly Value[])[]
  /** How many rows each write of the session said that it wrote. */
  readonly written: readonly number[]
}

/** Runs a statement on one world. Null where it takes too long to be of use. */
export const run = (
  { compilation, query, writes }: Pick<GovernedStatement, 'compilation' | 'query' | 'writes'>,
  world: World,
): Answer | null => {
  compilation.begin(world)
  try {
    const written = writes.flatMap((write) => {
      const done = write(compilation.world)
      compilation.world = done.world
      return done.rows
    })
    const rows = query.rows(null, true)
    return { reached: compilation.reached, eager: compilation.eager, rows, written }
  } catch (error) {
    if (error instanceof TooLarge || error instanceof CompileRefusal) return null
    throw error
  }
}

export interface Difference {
  readonly kind: 'failure' | 'rows' | 'group'
  readonly what: string
}

const firstOnly = (left: ReadonlySet<number>, right: ReadonlySet<number>): number | undefined =>
  [...left].find((site) => !right.has(site)) ?? [...right].find((site) => !left.has(site))

/** The rows as a governed connection gives them, one text each. Stand-ins are named by what they stand for. */
export const shownRows = (
  { query, decision, tree }: GovernedStatement,
  rows: Answer['rows'],
  { renamed }: WorldPair,
  side: 'left' | 'right',
): readonly string[] => {
  const names = new Map<string, number>()
  const masks = query.columns.map((column, index) => {
    const decided = decision.columns[index]!
    return { decided, mask: maskOf(decided, column.type), cls: decided.classes.join('+') }
  })
  const show = (value: Value, index: number): string => {
    const { decided, mask, cls } = masks[index]!
    if (value === null) return 'null'
    if (mask === null) return keyOf(value)
    const seen = mask(driverValue(value))
    if (seen === null || !isPseudonym(decided.mask)) return JSON.stringify(seen)
    const shape = decided.mask?.kind === 'format' ? ` ${shapeOf(seen)}` : ''
    return (
      standIn(wordOf(value), renamed.get(cls), side) ??
      `${cls} ${numberOf(names, `${cls} ${wordOf(value)}`)}${shape}`
    )
  }
  const shown = rows.map((row) => row.map(show).join(' | '))
  return tree.order.length > 0 || tree.limit !== null ? shown : shown.sort()
}

/** Stand-ins of values that no column holds are compared by where they appear first. */
const numberOf = (names: Map<string, number>, name: string): number => {
  const known = names.get(name) ?? names.size + 1
  names.set(name, known)
  return known
}

/**
 * The same for two values of which one is renamed to the other. A value that only one of the worlds knows stays apart;
 * null for one that neither does.
 */
const standIn = (word: string, renaming: Renaming | undefined, side: 'left' | 'right'): string | null => {
  if (renaming === undefined) return null
  const { forth, back } = renaming
  if (side === 'left') return forth.has(word) ? `~${word}` : back.has(word) ? `!${word}` : null
  return back.has(word) ? `~${back.get(word)}` : forth.has(word) ? `?${word}` : null
}

/** What a governed connection answers differently on two worlds that look the same, or null. */
export const findDifference = (statement: GovernedStatement, pair: WorldPair): Difference | null => {
  const { compilation } = statement
  const left = run(statement, pair.left)
  if (left === null) return null
  const right = run(statement, pair.right)
  if (right === null) return null
  const site = firstOnly(left.reached, right.reached) ?? firstOnly(left.eager, right.eager)
  if (site !== undefined) return { kind: 'failure', what: compilation.sites[site] ?? '' }
  if (left.reached.size > 0) return null
  const isWritten = left.written.every((count, at) => count === right.written[at])
  if (!isWritten) return { kind: 'rows', what: `${left.written} rows written and ${right.written}` }
  const [a, b] = [
    shownRows(statement, left.rows, pair, 'left'),
    shownRows(statement, right.rows, pair, 'right'),
  ]
  if (a.length !== b.length) return { kind: 'rows', what: `${a.length} rows and ${b.length}` }
  const at = a.findIndex((row, index) => row !== b[index])
  return at === -1 ? null : { kind: 'rows', what: `${a[at]} and ${b[at]}` }
}
