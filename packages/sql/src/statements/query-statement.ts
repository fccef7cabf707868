import type { AnalyzedStatement } from '@snowfence/core'
import type { Json } from '../parser/node.ts'
import type { Aggregation } from '../resolve/aggregation.ts'
import type { Findings } from '../resolve/findings.ts'
import { type OutputColumn, resolveQuery } from '../resolve/query.ts'
import { refuseRepeated } from '../resolve/repeated-column.ts'
import type { StatementContext } from '../resolve/scope.ts'
import { writeColumn } from '../resolve/write-column.ts'
import { readingEffects, type StatementReport } from './statement-report.ts'

/** SELECT, VALUES, WITH and set operations. Reading INFORMATION_SCHEMA alone is a metadata read. */
export const summarizeQuery = (body: Json, context: StatementContext): StatementReport => {
  const { columns, origin, rowLimit } = resolveQuery(body, context, { parent: null, ctes: null })
  // Behind columns of which nobody knows how many there are, none has a certain place.
  refuseRepeated(columns.slice(0, -1))
  const effects = readingEffects(context.findings)
  return {
    kind: 'select',
    effects: effects.length === 0 ? ['select'] : effects,
    writes: [],
    outputs: columns.map(writeOutput),
    aggregation: origin.aggregation === null ? null : writeAggregation(origin.aggregation, context.findings),
    rowLimit,
  }
}

const writeOutput = (column: OutputColumn) =>
  column.repeats === true
    ? { ...writeColumn({ ...column, name: null }), repeats: true as const }
    : writeColumn(column)

const writeBounds = (bounds: Aggregation['distinct']) =>
  bounds.map(({ column, least }) => ({ column: column.name, least }))

const writeAggregation = (
  { minimumGroupSize, distinct, counted, keys, ofWholeTable }: Aggregation,
  findings: Findings,
): AnalyzedStatement['aggregation'] => ({
  minimumGroupSize,
  ...(distinct.length > 0 && { distinct: writeBounds(distinct) }),
  ...(counted.length > 0 && { counted: writeBounds(counted) }),
  ...(findings.asksForPresence && { byPresence: findings.writePresence() }),
  ...(keys.length > 0 && { keys: keys.map(({ name }) => name).sort() }),
  ...(ofWholeTable && { ofWholeTable }),
})
