import type { Effect } from '@snowfence/core'
import { isAbsent, type Json, openNode, unknownSyntax, variantOf } from '../parser/node.ts'
import { resolveFrom, useJoinConditions } from '../resolve/from.ts'
import { createScope, type Scope, type StatementContext } from '../resolve/scope.ts'
import { resolveUse } from '../resolve/use.ts'
import { addTarget, resolveAssignments } from './assignments.ts'
import { readingEffects, reportWithoutOutputs, type StatementReport } from './statement-report.ts'
import { writeTable } from './written-table.ts'

const UPDATE_FIELDS = new Set(['table', 'assignments', 'from', 'selection'])
const TABLE_FIELDS = new Set(['relation'])

/** UPDATE … SET … FROM … WHERE. */
export const summarizeUpdate = (body: Json, context: StatementContext): StatementReport => {
  const node = openNode(body, 'UPDATE', UPDATE_FIELDS)
  const scope = createScope(context)
  const { table } = addTarget(openNode(node.table, 'UPDATE', TABLE_FIELDS).relation, scope)
  if (!isAbsent(node.from)) {
    const { name, body: from } = variantOf(node.from, 'UPDATE')
    if (name !== 'AfterSet') return unknownSyntax('UPDATE')
    useJoinConditions(resolveFrom(from, scope), scope)
  }
  const columns = resolveAssignments(node.assignments, table, scope)
  useFilter(node.selection, scope)
  return reportWithoutOutputs('update', changeEffects('update', context), [
    writeTable(table.name, 'update', columns),
  ])
}

const DELETE_FIELDS = new Set(['from', 'using', 'selection'])

/** DELETE FROM … USING … WHERE. */
export const summarizeDelete = (body: Json, context: StatementContext): StatementReport => {
  const node = openNode(body, 'DELETE', DELETE_FIELDS)
  const scope = createScope(context)
  const { name, body: from } = variantOf(node.from, 'DELETE')
  if (
    (name !== 'WithFromKeyword' && name !== 'WithoutKeyword') ||
    !Array.isArray(from) ||
    from.length !== 1
  ) {
    return unknownSyntax('DELETE')
  }
  const { table } = addTarget(openNode(from[0], 'DELETE', TABLE_FIELDS).relation, scope)
  if (!isAbsent(node.using)) useJoinConditions(resolveFrom(node.using, scope), scope)
  useFilter(node.selection, scope)
  return reportWithoutOutputs('delete', changeEffects('delete', context), [
    writeTable(table.name, 'delete', []),
  ])
}

const useFilter = (condition: Json | undefined, scope: Scope): void => {
  if (!isAbsent(condition)) resolveUse('filter', condition, scope)
}

/** Other tables that are read make it a read too; the target's own columns are part of the change. */
const changeEffects = (effect: Effect, { findings }: StatementContext): readonly Effect[] => [
  effect,
  ...readingEffects(findings),
]
