import type { BaseTable } from '../catalogue/catalogue-index.ts'
import { ALL_BY_NAME } from '../dialect/all-by-name.ts'
import { writeName } from '../lexer/identifier.ts'
import { isAbsent, isObject, type Json, listOf, openNode, unknownSyntax, variantOf } from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { mixed } from '../resolve/compute.ts'
import { resolveAll } from '../resolve/expression.ts'
import { useJoinConditions } from '../resolve/from.ts'
import { columnsNamed, createScope, type Scope, type StatementContext } from '../resolve/scope.ts'
import { resolveTableFactor } from '../resolve/table-factor.ts'
import { resolveUse } from '../resolve/use.ts'
import { eitherOf } from '../resolve/value.ts'
import { addTarget, resolveAssignments } from './assignments.ts'
import { readingEffects, reportWithoutOutputs, type StatementReport } from './statement-report.ts'
import { findTargetColumn, pairColumns, type WrittenColumn, writeTable } from './written-table.ts'

const FIELDS = new Set(['table', 'source', 'on', 'clauses'])
const IDLE = new Set(['into'])
const CLAUSE_FIELDS = new Set(['predicate', 'action', 'clause_kind'])

/** MERGE: one write, whose columns come from every clause that writes them. One that deletes rows says so. */
export const summarizeMerge = (body: Json, context: StatementContext): StatementReport => {
  const node = openNode(body, 'MERGE', FIELDS, IDLE)
  const scope = createScope(context)
  const { table } = addTarget(node.table, scope)
  useJoinConditions(resolveTableFactor(node.source, scope), scope)
  resolveUse('join', node.on, scope)
  const written = new Map<string, WrittenColumn>()
  let deletes = false
  for (const clause of listOf(node.clauses, 'MERGE')) {
    const { predicate, action, clause_kind: kind } = openNode(clause, 'MERGE', CLAUSE_FIELDS)
    const seen = typeof kind === 'string' && OF_SOURCE.has(kind) ? withoutTarget(scope) : scope
    if (!isAbsent(predicate)) resolveUse('filter', predicate, seen)
    deletes ||= variantOf(action, 'MERGE').name === 'Delete'
    for (const column of actionColumns(action, table, seen)) {
      const known = written.get(column.name)
      written.set(
        column.name,
        known === undefined
          ? column
          : {
              ...eitherOf([known, column]),
              lineage: mixed([known, column], 'MERGE'),
              name: column.name,
            },
      )
    }
  }
  return reportWithoutOutputs(
    'merge',
    ['merge', ...(deletes ? (['delete'] as const) : []), ...readingEffects(context.findings)],
    [
      writeTable(table.name, 'merge', [...written.values()]),
      ...(deletes ? [writeTable(table.name, 'delete', [])] : []),
    ],
  )
}

const OF_SOURCE = new Set(['NotMatched', 'NotMatchedByTarget'])
/** A row that matches none of the target: WHEN NOT MATCHED sees the source alone. Source: Snowflake, MERGE. */
const withoutTarget = (scope: Scope): Scope => ({ ...scope, relations: scope.relations.slice(1) })

const UPDATE_FIELDS = new Set(['assignments'])

const actionColumns = (value: Json | undefined, table: BaseTable, scope: Scope): readonly WrittenColumn[] => {
  const { name, body } = variantOf(value, 'MERGE')
  switch (name) {
    case 'Delete':
      return []
    case 'Update': {
      const { assignments } = openNode(body, 'MERGE', UPDATE_FIELDS)
      const [first] = listOf(assignments, 'MERGE')
      if (isObject(first) && isAllByName(first.target)) return columnsByName(table, withoutTarget(scope))
      return resolveAssignments(assignments, table, scope)
    }
    case 'Insert':
      return insertedColumns(body, table, scope)
    default:
      return unknownSyntax('MERGE')
  }
}

const INSERT_FIELDS = new Set(['columns', 'kind'])
const VALUES_FIELDS = new Set(['rows'])
const VALUES_IDLE = new Set(['explicit_row', 'value_keyword'])
const ROW_FIELDS = new Set(['content'])

const insertedColumns = (value: Json, table: BaseTable, scope: Scope): readonly WrittenColumn[] => {
  const node = openNode(value, 'MERGE', INSERT_FIELDS)
  const { name, body } = variantOf(node.kind, 'MERGE')
  if (name !== 'Values') return unknownSyntax('MERGE')
  if (isAllByName(node.columns)) return columnsByName(table, scope)
  const rows = listOf(openNode(body, 'MERGE', VALUES_FIELDS, VALUES_IDLE).rows, 'MERGE')
  if (rows.length !== 1) return unknownSyntax('MERGE')
  const values = resolveAll(listOf(openNode(rows[0], 'MERGE', ROW_FIELDS).content, 'MERGE'), scope)
  const listed = listOf(node.columns, 'MERGE').map((column) => findTargetColumn(column, table, scope.context))
  return pairColumns(listed.length > 0 ? listed : table.columns, values, scope.context)
}

/** Whether a target is the mark that stands for all columns. */
const isAllByName = (target: Json | undefined): boolean => {
  const pending: (Json | undefined)[] = [target]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node === ALL_BY_NAME) return true
    if (typeof node === 'object' && node !== null) pending.push(...(Object.values(node) as Json[]))
  }
  return false
}

/** Every column of the target, from the source's column of the same name. */
const columnsByName = (table: BaseTable, scope: Scope): readonly WrittenColumn[] => {
  return table.columns.map(({ name }) => {
    const [column, ...others] = scope.relations.flatMap((source) => columnsNamed(source, name))
    if (column === undefined || others.length > 0)
      throw new Refusal('unknown-column', { detail: writeName([name]) })
    scope.context.findings.readColumns([column])
    return { ...column, name }
  })
}
