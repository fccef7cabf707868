import type { Effect, TableWrite } from '@snowfence/core'
import type { BaseTable, RelationColumn } from '../catalogue/catalogue-index.ts'
import { writeName } from '../lexer/identifier.ts'
import type { Json } from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { type Lineage, noLineage, writeFlows } from '../resolve/lineage.ts'
import { type ObjectName, readObjectName } from '../resolve/object-name.ts'
import type { StatementContext } from '../resolve/scope.ts'
import { findTable, qualify } from '../resolve/table-lookup.ts'

/** A column that is written, with where its values come from. */
export interface WrittenColumn {
  readonly name: string
  readonly lineage: Lineage
}

export const writeTable = (table: string, effect: Effect, columns: readonly WrittenColumn[]): TableWrite => ({
  table,
  effect,
  columns: columns.map(({ name, lineage }) => ({ name, ...writeFlows(lineage) })),
})

export const withoutLineage = (names: readonly string[]): readonly WrittenColumn[] =>
  names.map((name) => ({ name, lineage: noLineage }))

/** The table that a statement writes into. It must be in the catalogue, and no view or metadata. */
export const findTarget = (
  value: Json | undefined,
  context: StatementContext,
): { readonly table: BaseTable; readonly name: ObjectName } => {
  const name = readObjectName(value, context.findings)
  const table = findTable(name, context)
  if (table.definition !== null || table.isMetadata) {
    throw new Refusal('statement-not-supported', { detail: table.name, place: name.place })
  }
  return { table, name }
}

/** The canonical name of something that may not exist yet, or no longer. */
export const readTargetName = (value: Json | undefined, context: StatementContext): string => {
  const name = readObjectName(value, context.findings)
  if (name.isStage) throw new Refusal('stage-not-supported', { place: name.place })
  return writeName(qualify(name, context))
}

/** A column of the target by its name, which may carry the table's name or alias in front. */
export const findTargetColumn = (value: Json, table: BaseTable, context: StatementContext): string => {
  const { parts, place } = readObjectName(value, context.findings)
  const column = parts.at(-1)!
  if (table.columns.some(({ name }) => name === column)) return column
  throw new Refusal('unknown-column', { detail: writeName(parts), place })
}

/** Pairs target columns with the columns of a source, by position. */
export const pairColumns = (
  names: readonly string[],
  sources: readonly Pick<RelationColumn, 'lineage'>[],
): readonly WrittenColumn[] => {
  if (names.length !== sources.length) throw new Refusal('column-count-mismatch')
  return names.map((name, index) => ({ name, lineage: sources[index]!.lineage }))
}
