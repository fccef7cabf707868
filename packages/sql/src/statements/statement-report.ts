import type { AnalyzedStatement, Effect, TableWrite } from '@snowfence/core'
import type { Findings } from '../resolve/findings.ts'

/** What a kind of statement tells about itself, beside what its resolution recorded in the findings. */
export type StatementReport = Pick<
  AnalyzedStatement,
  'kind' | 'effects' | 'writes' | 'outputs' | 'aggregation' | 'rowLimit'
>

/** A statement whose result is no data: a count of rows, a status. */
export const reportWithoutOutputs = (
  kind: string,
  effects: readonly Effect[],
  writes: readonly TableWrite[] = [],
): StatementReport => ({ kind, effects, writes, outputs: [], aggregation: null, rowLimit: null })

/** The effects of reading along the way: none when no table was read. */
export const readingEffects = ({ readsData, readsMetadata }: Findings): readonly Effect[] => [
  ...(readsData ? (['select'] as const) : []),
  ...(readsMetadata ? (['metadata'] as const) : []),
]
