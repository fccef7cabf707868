import type { BaseTable } from '../catalogue/catalogue-index.ts'
import { type Json, listOf, openNode, unknownSyntax, variantOf } from '../parser/node.ts'
import { oneTable } from '../resolve/aggregation.ts'
import { resolveExpression } from '../resolve/expression.ts'
import type { ObjectName } from '../resolve/object-name.ts'
import type { Scope } from '../resolve/scope.ts'
import { addRelation } from '../resolve/table-factor.ts'
import { findTarget, findTargetColumn, storeIn, type WrittenColumn } from './written-table.ts'

const TABLE_FIELDS = new Set(['name', 'alias'])

/** Puts the table that UPDATE, DELETE or MERGE changes into the scope. It counts as read only where a column of it is. */
export const addTarget = (
  factor: Json | undefined,
  scope: Scope,
): { readonly table: BaseTable; readonly name: ObjectName } => {
  const { name, body } = variantOf(factor, 'a target')
  if (name !== 'Table') return unknownSyntax('a target')
  const node = openNode(body, 'a target', TABLE_FIELDS)
  const target = findTarget(node.name, scope.context)
  const { parts, columns } = target.table
  addRelation({ names: parts, columns, origin: oneTable }, node.alias, scope)
  return target
}

const ASSIGNMENT_FIELDS = new Set(['target', 'value'])

/** The columns that `SET a = …, b = …` writes. */
export const resolveAssignments = (
  value: Json | undefined,
  table: BaseTable,
  scope: Scope,
): readonly WrittenColumn[] =>
  listOf(value, 'SET').map((assignment) => {
    const node = openNode(assignment, 'SET', ASSIGNMENT_FIELDS)
    const { name, body } = variantOf(node.target, 'SET')
    if (name !== 'ColumnName') return unknownSyntax('SET')
    const target = findTargetColumn(body, table, scope.context)
    return storeIn(target, resolveExpression(node.value, scope), scope.context)
  })
