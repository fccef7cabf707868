import type { AnalyzedStatement, ColumnName, Remedy, StatementSummary, UsePlace } from '@snowfence/core'
import type { Asker } from '../compile/compiled-rule.ts'
import type { CompiledPolicy } from '../compile/policy.ts'
import { splitColumnName } from '../naming/qualified-name.ts'
import { decide, type Judged } from './decide.ts'
import type { GuardInput } from './guards.ts'
import { combineLimits } from './obligations.ts'
import { refusedUses } from './observation-guard.ts'
import { pinnedTables } from './pinned-tables.ts'
import { withoutColumns, withoutTable, withoutUses } from './statement-variants.ts'
import { uncountedTables } from './subject-guard.ts'

type Untried = Remedy extends infer R ? (R extends unknown ? Omit<R, 'leadsTo'> : never) : never

interface Attempt {
  readonly remedy: Untried
  readonly asker: Asker
  readonly summary: AnalyzedStatement
}

// A denial is answered at the speed of an allow: no more variants than this are tried.
const MAX_ATTEMPTS = 12

/**
 * What would pass: variants of the statement and its purpose, each decided by the same policy. Only what was tried
 * and is not denied is named, and what asks for the smaller change goes first.
 */
export const findRemedies = (
  compiled: CompiledPolicy,
  asker: Asker,
  summary: StatementSummary,
  { verdict, input }: Judged,
): Remedy[] => {
  if (verdict.decision === 'allow' || summary.status === 'unsupported') return []
  const passing = (attempts: readonly Attempt[]): Remedy[] =>
    attempts.slice(0, MAX_ATTEMPTS).flatMap(({ remedy, ...variant }): Remedy[] => {
      const tried = decide(compiled, variant.asker, variant.summary).verdict.decision
      // Where a statement only waits for a person, another way to wait is no news.
      return tried === 'deny' || tried === verdict.decision ? [] : [{ ...remedy, leadsTo: tried }]
    })
  if (verdict.decision === 'needs-approval') return passing(dropTables(asker, summary))
  const close = passing([
    ...queryOnly(asker, summary),
    ...(input === null ? [] : changeStatement(asker, input)),
  ])
  if (close.length > 0) return close
  return passing([...dropTables(asker, summary), ...changePurpose(compiled, asker, summary)])
}

const changeStatement = (asker: Asker, input: GuardInput): Attempt[] => [
  ...dropUses(asker, input),
  ...dropColumns(asker, input),
  ...demandGroups(asker, input),
  ...addSubjects(asker, input),
]

/** Storing a result is refused where reading it is not: the query runs by itself, or inside of what reads it. */
const queryOnly = (asker: Asker, summary: AnalyzedStatement): Attempt[] => {
  const [write, ...others] = summary.writes
  const hasOthers = others.some(({ columns }) => columns.length > 0)
  if (write === undefined || hasOthers || !summary.effects.includes('select')) return []
  const query: AnalyzedStatement = {
    ...summary,
    kind: 'select',
    effects: ['select'],
    writes: [],
    stages: [],
    outputs: write.columns,
  }
  const changes = `the rows come back instead, and ${write.table} is not written`
  return [{ asker, remedy: { kind: 'query-only', tables: [write.table], changes }, summary: query }]
}

/** Dropped from a clause, the rest of the statement is valid; from a grouping it is not, where the column is shown. */
const droppable = new Set<UsePlace>(['filter', 'having', 'qualify', 'order', 'window'])

const dropUses = (asker: Asker, input: GuardInput): Attempt[] => {
  const uses = refusedUses(input)
  if (uses.length === 0 || uses.some(({ place }) => !droppable.has(place))) return []
  return [
    {
      asker,
      remedy: {
        kind: 'drop-use',
        uses,
        changes: [...new Set(uses.map(({ place }) => withoutClause[place]))].join('; '),
      },
      summary: withoutUses(input.summary, uses),
    },
  ]
}

/** What a statement answers without a condition or an ordering. */
const withoutClause: Readonly<Record<UsePlace, string>> = {
  filter:
    'the answer is then about all rows that the other conditions leave, not only about those that were asked for',
  having: 'the answer then has all groups, not only those that were asked for',
  qualify: 'the answer then has all rows, not only those that were asked for',
  order: 'the rows then come in another order, and with a LIMIT they are other rows',
  window: 'the window then holds all rows, or the same rows in another order',
  join: 'every row of one table then meets every row of the other',
  group: 'the groups are then other and larger ones',
  connectBy: 'the rows are then other ones',
}

const dropColumns = (asker: Asker, input: GuardInput): Attempt[] => {
  const columns = troublesome(input, refusedUses(input))
  if (columns.length === 0) return []
  const variant = withoutColumns(input.summary, columns)
  // A query of which no output is left is no statement.
  if (variant.outputs.length === 0 && input.summary.outputs.length > 0) return []
  const changes =
    'the answer is then a different one: nothing is shown, chosen or grouped by what is left out'
  return [
    {
      asker,
      remedy: { kind: 'drop-column', columns, changes },
      summary: variant,
    },
  ]
}

/** Groups that are only not known to be large enough. */
const demandGroups = (asker: Asker, { summary, permits }: GuardInput): Attempt[] => {
  const minimumGroupSize = combineLimits(permits).minimumGroupSize
  if (minimumGroupSize === undefined || summary.aggregation === null) return []
  const changes = `the answer then has only groups of at least ${minimumGroupSize}`
  return [
    {
      asker,
      remedy: { kind: 'aggregate', minimumGroupSize, changes },
      summary: { ...summary, aggregation: { ...summary.aggregation, minimumGroupSize } },
    },
  ]
}

const addSubjects = (asker: Asker, input: GuardInput): Attempt[] => {
  const missing = uncountedTables(input, pinnedTables(input).tables).flatMap(({ table, subject }) =>
    subject === undefined ? [] : `${table}.${subject}`,
  )
  if (missing.length === 0) return []
  const added = missing.map((column) => ({
    name: splitColumnName(column).column,
    columns: [column],
    flows: [{ column, via: 'value' as const, functions: [] }],
  }))
  const { aggregation, outputs, uses } = input.summary
  const shown = { ...input.summary, outputs: [...outputs, ...added] }
  if (aggregation === null) {
    const changes = 'the answer then also says whose data each row is, in one more column'
    return [{ asker, remedy: { kind: 'add-subject', columns: missing, changes }, summary: shown }]
  }
  // Beside an aggregate a column stands only where the rows are grouped by it.
  const changes = 'the answer then has more rows, one for each of them in each group, and says whose it is'
  const keys = [...new Set([...(aggregation.keys ?? []), ...missing])].sort()
  return [
    {
      asker,
      remedy: { kind: 'add-subject', columns: missing, groups: true, changes },
      summary: {
        ...shown,
        aggregation: { ...aggregation, keys },
        uses: { ...uses, group: [...new Set([...uses.group, ...missing])].sort() },
      },
    },
  ]
}

/** The columns without which the guards may have nothing to refuse. */
const troublesome = (
  { summary, lens }: GuardInput,
  uses: readonly { readonly column: ColumnName; readonly place: UsePlace }[],
): ColumnName[] => {
  const touched = summary.reads.flatMap(({ table, columns }) => columns.map((column) => `${table}.${column}`))
  const hidden = touched.filter((column) => lens(column).masks.length > 0)
  const denied = touched.filter((column) => lens(column).unclassified === 'deny')
  const refused = uses.map(({ column }) => column)
  return [...new Set(refused.length + denied.length > 0 ? [...refused, ...denied] : hidden)].sort()
}

const dropTables = (asker: Asker, summary: AnalyzedStatement): Attempt[] =>
  summary.reads.length < 2
    ? []
    : summary.reads.map(({ table }) => ({
        asker,
        remedy: {
          kind: 'drop-table',
          tables: [table],
          changes: `the answer then tells nothing of ${table}, and may have other rows`,
        },
        summary: withoutTable(summary, table),
      }))

/** Only purposes that some permit names: an agent that acts for one of them should say so. */
const changePurpose = ({ rules }: CompiledPolicy, asker: Asker, summary: AnalyzedStatement): Attempt[] => {
  const named = rules.flatMap(({ rule }) => (rule.effect === 'permit' ? (rule.purposes ?? []) : []))
  return [...new Set(named)]
    .filter((purpose) => purpose !== asker.purpose)
    .sort()
    .map((purpose) => ({
      asker: { ...asker, purpose },
      remedy: { kind: 'use-purpose', purpose, changes: null },
      summary,
    }))
}
