import type { Effect, TableWrite } from '@snowfence/core'
import type { BaseTable, RelationColumn } from '../catalogue/catalogue-index.ts'
import { writeName } from '../lexer/identifier.ts'
import type { Json } from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { convertValue } from '../resolve/cast.ts'
import { nearestName } from '../resolve/nearest-name.ts'
import { type ObjectName, readObjectName } from '../resolve/object-name.ts'
import { createScope, type StatementContext } from '../resolve/scope.ts'
import { findTable, qualify } from '../resolve/table-lookup.ts'
import { nullConstant, type Value } from '../resolve/value.ts'
import { writeColumn } from '../resolve/write-column.ts'
import { type SqlType, typesEqual } from '../types/sql-type.ts'

/** A column that is written, with where its values come from. */
export interface WrittenColumn extends Value {
  readonly name: string
}

/** A column that values are written into. Null where the column takes its type from the values. */
export interface TargetColumn {
  readonly name: string
  readonly type: SqlType | null
}

export const writeTable = (table: string, effect: Effect, columns: readonly WrittenColumn[]): TableWrite => ({
  table,
  effect,
  columns: columns.map(writeColumn),
})

export const withoutLineage = (names: readonly string[]): readonly WrittenColumn[] =>
  names.map((name) => ({ ...nullConstant, name }))

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
export const findTargetColumn = (
  value: Json,
  table: BaseTable,
  context: StatementContext,
): RelationColumn => {
  const { parts, place } = readObjectName(value, context.findings)
  const column = parts.at(-1)!
  const found = table.columns.find(({ name }) => name === column)
  if (found !== undefined) return found
  const nearest = nearestName(
    column,
    table.columns.map(({ name }) => name),
  )
  throw new Refusal('unknown-column', {
    detail: writeName(parts),
    place,
    nearest: nearest === null ? null : writeName([nearest]),
  })
}

/** Pairs target columns with the columns of a source, by position. */
export const pairColumns = (
  targets: readonly TargetColumn[],
  sources: readonly Value[],
  context: StatementContext,
): readonly WrittenColumn[] => {
  if (targets.length !== sources.length) throw new Refusal('column-count-mismatch')
  return targets.map((target, index) => storeIn(target, sources[index]!, context))
}

/** A value as the column holds it. Where the types differ it is converted, which may fail. */
export const storeIn = (
  { name, type }: TargetColumn,
  value: Value,
  context: StatementContext,
): WrittenColumn => ({
  ...(type === null || typesEqual(type, value.type)
    ? value
    : convertValue('CAST', value, type, createScope(context))),
  name,
})
