import type { TableName, TableWrite } from '@snowfence/core'
import {
  isAbsent,
  type Json,
  type JsonObject,
  listOf,
  openNode,
  unknownSyntax,
  variantOf,
} from '../parser/node.ts'
import { manyTables } from '../resolve/aggregation.ts'
import { resolveExpression } from '../resolve/expression.ts'
import { type OutputColumn, resolveQuery } from '../resolve/query.ts'
import { refuseRepeated } from '../resolve/repeated-column.ts'
import { createScope, type Scope, type StatementContext } from '../resolve/scope.ts'
import { refuseUnplaced } from '../resolve/unplaced-column.ts'
import { resolveUse } from '../resolve/use.ts'
import { unknownConstant, type Value } from '../resolve/value.ts'
import { nameColumns } from '../resolve/with.ts'
import { readingEffects, reportWithoutOutputs, type StatementReport } from './statement-report.ts'
import { findTarget, findTargetColumn, pairColumns, writeTable } from './written-table.ts'

const FIELDS = new Set([
  'table',
  'columns',
  'overwrite',
  'source',
  'multi_table_insert_type',
  'multi_table_into_clauses',
  'multi_table_when_clauses',
  'multi_table_else_clause',
])
const IDLE = new Set(['into', 'has_table_keyword'])
const none: ReadonlySet<TableName> = new Set()

/** INSERT, of one table or many. OVERWRITE empties the targets first. */
export const summarizeInsert = (body: Json, context: StatementContext): StatementReport => {
  const node = openNode(body, 'INSERT', FIELDS, IDLE)
  if (isAbsent(node.source)) return unknownSyntax('INSERT')
  const { columns } = resolveQuery(node.source, context, { parent: null, ctes: null })
  refuseRepeated(columns)
  refuseUnplaced(columns)
  const writes = isAbsent(node.multi_table_insert_type)
    ? [writeInto(targetOf(node.table), node.columns, columns, context)]
    : writeMany(node, columns, context)
  const emptied = node.overwrite === true ? new Set(writes.map(({ table }) => table)) : none
  const overwrite = [...emptied].map((table) => writeTable(table, 'truncate', []))
  return reportWithoutOutputs(
    'insert',
    ['insert', ...overwrite.map(({ effect }) => effect), ...readingEffects(context.findings)],
    [...writes, ...overwrite],
  )
}

const targetOf = (value: Json | undefined): Json => {
  const { name, body } = variantOf(value, 'INSERT')
  return name === 'TableName' ? body : unknownSyntax('INSERT')
}

const writeInto = (
  target: Json | undefined,
  names: Json | undefined,
  sources: readonly Value[],
  context: StatementContext,
): TableWrite => {
  const { table } = findTarget(target, context)
  const listed = listOf(names, 'INSERT').map((name) => findTargetColumn(columnName(name), table, context))
  const columns = listed.length > 0 ? listed : table.columns
  return writeTable(table.name, 'insert', pairColumns(columns, sources, context))
}

/** Column lists are names of one part, which the parser gives with and without a list around. */
const columnName = (value: Json): Json => (Array.isArray(value) ? value : [{ Identifier: value }])

const WHEN_FIELDS = new Set(['condition', 'into_clauses'])

/** INSERT ALL and INSERT FIRST: the conditions and values are over the columns of the source. */
const writeMany = (
  node: JsonObject,
  columns: readonly OutputColumn[],
  context: StatementContext,
): readonly TableWrite[] => {
  const scope = createScope(context)
  const relation = { names: [], columns: nameColumns(columns, [], null), origin: manyTables }
  scope.relations.push(relation)
  const whenClauses = listOf(node.multi_table_when_clauses, 'INSERT').flatMap((clause) => {
    const { condition, into_clauses: into } = openNode(clause, 'INSERT', WHEN_FIELDS)
    resolveUse('filter', condition, scope)
    return listOf(into, 'INSERT')
  })
  const clauses = [
    ...listOf(node.multi_table_into_clauses, 'INSERT'),
    ...whenClauses,
    ...listOf(node.multi_table_else_clause, 'INSERT'),
  ]
  return clauses.map((clause) => writeClause(clause, columns, scope))
}

const INTO_FIELDS = new Set(['table_name', 'columns', 'values'])
const VALUES_FIELDS = new Set(['values'])

const writeClause = (clause: Json, columns: readonly OutputColumn[], scope: Scope): TableWrite => {
  const node = openNode(clause, 'INTO', INTO_FIELDS)
  const sources = isAbsent(node.values)
    ? columns
    : listOf(openNode(node.values, 'INTO', VALUES_FIELDS).values, 'INTO').map((value) =>
        resolveValue(value, scope),
      )
  return writeInto(node.table_name, node.columns, sources, scope.context)
}

const resolveValue = (value: Json, scope: Scope): Value => {
  const { name, body } = variantOf(value, 'INTO')
  if (name === 'Default') return unknownConstant
  return name === 'Expr' ? resolveExpression(body, scope) : unknownSyntax('INTO')
}
