import type { AnalyzedStatement, DecisionReason } from '@snowfence/core'
import type { Classifier } from '../compile/classification.ts'
import type { CompiledPermit } from '../compile/compiled-rule.ts'
import type { SeenOutput } from './column-decisions.ts'
import type { ColumnLens } from './column-lens.ts'
import type { OtherStatements } from './other-statements.ts'

/** What every guard looks at: the permitted statement, and how this asker sees its columns. */
export interface GuardInput {
  readonly summary: AnalyzedStatement
  readonly permits: readonly CompiledPermit[]
  readonly classifier: Classifier
  readonly lens: ColumnLens
  readonly outputs: readonly SeenOutput[]
  readonly others: OtherStatements
}

/** A condition that a permitted statement must still meet. No reasons: it does. */
export type Guard = (input: GuardInput) => readonly DecisionReason[]
