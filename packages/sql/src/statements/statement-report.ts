import type { AnalyzedStatement } from '@snowfence/core'

/** What a kind of statement tells about itself, beside what its resolution recorded in the findings. */
export type StatementReport = Pick<
  AnalyzedStatement,
  'kind' | 'effects' | 'writes' | 'outputs' | 'aggregation' | 'rowLimit'
>
