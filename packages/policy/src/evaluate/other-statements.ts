import type { Effect, Limits, TableName } from '@snowfence/core'
import { type Asker, type CompiledPermit, isPermit } from '../compile/compiled-rule.ts'
import type { CompiledPolicy } from '../compile/policy.ts'
import { remember } from '../compile/remember.ts'
import { type ColumnLens, createColumnLens } from './column-lens.ts'
import { combine } from './combine.ts'
import { combineLimits } from './obligations.ts'

/**
 * What the same asker may do in other statements, of which no person decides. What one of them writes, another one reads.
 */
export interface OtherStatements {
  /** How a column is seen by a statement that reads its table and nothing else. */
  readonly lens: ColumnLens
  /** The limits of such a statement. */
  limitsOf(table: TableName): Limits
  /** Whether they may put rows into the table, or other values into its rows. */
  mayChange(table: TableName): boolean
}

const changing: readonly Effect[] = ['insert', 'update', 'merge', 'create', 'alter']

export const createOtherStatements = (
  { index, classifier, speaking }: Pick<CompiledPolicy, 'index' | 'classifier' | 'speaking'>,
  asker: Asker,
): OtherStatements => {
  const { rules } = speaking.find(asker)
  const waitsForNobody = ({ rule }: CompiledPermit): boolean => rule.approval === undefined
  const permits = rules.filter(isPermit).filter(waitsForNobody)
  return {
    lens: createColumnLens({ classifier, index }, permits, { reads: [], acrossRows: [] }),
    limitsOf: (table) => {
      const about = index.about('select', table)
      return combineLimits(permits.filter((permit) => about.has(permit)))
    },
    // Several guards ask for the same tables.
    mayChange: remember((table) =>
      changing.some((effect) => {
        const combination = combine([{ effect, resource: table }], rules, index)
        return combination.kind === 'permitted' && combination.permits.every(waitsForNobody)
      }),
    ),
  }
}
