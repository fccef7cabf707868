import type { TableEntry } from '../dictionary/dictionary.ts'
import { unsupported } from '../snowflake-error.ts'
import { Binder } from './binder.ts'
import { finishText, type InlineValue, inlineSupplied } from './finish-text.ts'
import { bindCall, type MarkedStatement, variableCall } from './mark-statement.ts'
import { generateDuckdb } from './parser.ts'
import type { BoundColumn } from './scope.ts'
import { kindOf, type SyntaxNode } from './syntax-tree.ts'
import type { TranslationContext } from './translation.ts'
import { suppliedTable } from './translation.ts'

export interface TranslatedQuery {
  readonly text: string
  /** The text with names in the place of supplied rows: what is verified before it runs. */
  readonly skeleton: string
  /** Those names. */
  readonly supplied: readonly string[]
  /** What is known of the output columns without DuckDB. */
  readonly columns: readonly BoundColumn[] | null
  readonly tables: readonly TableEntry[]
}

export const valuesByCall = (
  binds: readonly InlineValue[],
  variables: readonly InlineValue[],
): ReadonlyMap<string, InlineValue> =>
  new Map([
    ...binds.map((value, index) => [`${bindCall}${index + 1}`, value] as const),
    ...variables.map((value, index) => [`${variableCall}${index}`, value] as const),
  ])

export const queryKinds = new Set(['select', 'union', 'intersect', 'except', 'subquery'])

/** Translates a parsed query into the text that DuckDB runs, after every check. */
export const translateQuery = (
  tree: SyntaxNode,
  marked: MarkedStatement,
  context: TranslationContext,
  values: ReadonlyMap<string, InlineValue>,
): TranslatedQuery => {
  if (!queryKinds.has(kindOf(tree) ?? '')) throw unsupported('this kind of statement')
  const binder = new Binder(marked, context)
  const columns = binder.bindQuery(tree, null)
  binder.encodeIdentifiers(tree)
  const skeleton = finishText(generateDuckdb(tree), values)
  return {
    skeleton,
    text: inlineSupplied(skeleton, binder.supplied),
    supplied: binder.supplied.map((_, index) => suppliedTable(index)),
    columns,
    tables: binder.tables,
  }
}
