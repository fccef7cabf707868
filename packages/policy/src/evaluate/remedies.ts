import type { AnalyzedStatement, ColumnName, Remedy, StatementSummary, UsePlace } from '@snowfence/core'
import type { Asker } from '../compile/compiled-rule.ts'
import type { CompiledPolicy } from '../compile/policy.ts'
import { splitColumnName } from '../naming/qualified-name.ts'
import { decide, type Judged } from './decide.ts'
import type { GuardInput } from './guards.ts'
import { combineLimits } from './obligations.ts'
import { refusedUses } from './observation-guard.ts'
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
  const close = input === null ? [] : passing(changeStatement(asker, input))
  if (close.length > 0) return close
  return passing([...dropTables(asker, summary), ...changePurpose(compiled, asker, summary)])
}

const changeStatement = (asker: Asker, input: GuardInput): Attempt[] => {
  const { summary } = input
  const attempts: Attempt[] = []
  const uses = refusedUses(input)
  if (uses.length > 0) {
    attempts.push({ asker, remedy: { kind: 'drop-use', uses }, summary: withoutUses(summary, uses) })
  }
  const columns = troublesome(input, uses)
  if (columns.length > 0) {
    attempts.push({
      asker,
      remedy: { kind: 'drop-column', columns },
      summary: withoutColumns(summary, columns),
    })
  }
  const minimumGroupSize = combineLimits(input.permits).minimumGroupSize
  if (minimumGroupSize !== undefined) {
    attempts.push({
      asker,
      remedy: { kind: 'aggregate', minimumGroupSize },
      summary: { ...summary, aggregation: { minimumGroupSize }, outputs: summary.outputs.filter(isCount) },
    })
  }
  const missing = uncountedTables(input).flatMap(({ table, subject }) =>
    subject === undefined ? [] : `${table}.${subject}`,
  )
  if (missing.length > 0) {
    const added = missing.map((column) => ({
      name: splitColumnName(column).column,
      columns: [column],
      flows: [{ column, via: 'value' as const, functions: [] }],
    }))
    attempts.push({
      asker,
      remedy: { kind: 'add-subject', columns: missing },
      summary: { ...summary, outputs: [...summary.outputs, ...added] },
    })
  }
  return attempts
}

const isCount = ({ flows }: AnalyzedStatement['outputs'][number]): boolean =>
  flows.every((flow) => flow.via === 'count')

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
        remedy: { kind: 'drop-table', tables: [table] },
        summary: withoutTable(summary, table),
      }))

/** Only purposes that some permit names: an agent that acts for one of them should say so. */
const changePurpose = ({ rules }: CompiledPolicy, asker: Asker, summary: AnalyzedStatement): Attempt[] => {
  const named = rules.flatMap(({ rule }) => (rule.effect === 'permit' ? (rule.purposes ?? []) : []))
  return [...new Set(named)]
    .filter((purpose) => purpose !== asker.purpose)
    .sort()
    .map((purpose) => ({ asker: { ...asker, purpose }, remedy: { kind: 'use-purpose', purpose }, summary }))
}
