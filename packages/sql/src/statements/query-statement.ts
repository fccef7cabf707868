import type { Effect } from '@snowfence/core'
import type { Json } from '../parser/node.ts'
import type { Findings } from '../resolve/findings.ts'
import { writeFlows } from '../resolve/lineage.ts'
import { resolveQuery } from '../resolve/query.ts'
import type { StatementContext } from '../resolve/scope.ts'
import type { StatementReport } from './statement-report.ts'

/** SELECT, VALUES, WITH and set operations. */
export const summarizeQuery = (body: Json, context: StatementContext): StatementReport => {
  const { columns, origin, rowLimit } = resolveQuery(body, context, { parent: null, ctes: null })
  return {
    kind: 'select',
    effects: readEffects(context.findings, 'select'),
    writes: [],
    outputs: columns.map(({ name, lineage }) => ({ name, ...writeFlows(lineage) })),
    aggregation: origin.aggregation,
    rowLimit,
  }
}

/** Reading INFORMATION_SCHEMA alone is a metadata read; `otherwise` is the effect of a query that reads no table. */
export const readEffects = (findings: Findings, otherwise: Effect): readonly Effect[] => {
  if (findings.readsData && findings.readsMetadata) return ['select', 'metadata']
  if (findings.readsMetadata) return ['metadata']
  return [findings.readsData ? 'select' : otherwise]
}
