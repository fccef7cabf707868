import { readIdentifier } from '../parser/identifier-node.ts'
import {
  isAbsent,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  openNode,
  unknownSyntax,
  variantOf,
} from '../parser/node.ts'
import { rowOriginOf } from './aggregation.ts'
import { isLocal } from './equated.ts'
import { resolveExpression } from './expression.ts'
import type { BaseColumn } from './flow.ts'
import { resolveFrom, useJoinConditions } from './from.ts'
import { groupsAllRows, groupsByKeys, useGrouping } from './grouping.ts'
import { readTop } from './limit.ts'
import { isUse, pinTables } from './pin-tables.ts'
import { itemAliases, resolveProjection } from './projection.ts'
import type { QueryEnvironment } from './query.ts'
import type { BodyResult } from './query-body.ts'
import { columnsNamed, createScope, type Scope, type StatementContext } from './scope.ts'
import { resolveUse } from './use.ts'
import { storedColumn } from './value.ts'
import { nameWindows } from './window.ts'

const FIELDS = new Set([
  'distinct',
  'top',
  'projection',
  'from',
  'selection',
  'connect_by',
  'group_by',
  'having',
  'qualify',
  'named_window',
])
const IDLE = new Set(['flavor', 'top_before_distinct', 'window_before_qualify'])

/** One SELECT: its relations first, then the select list, then every clause that may use the list's names. */
export const resolveSelect = (
  value: Json,
  context: StatementContext,
  { parent, ctes }: QueryEnvironment,
): BodyResult => {
  const node = openNode(value, 'SELECT', FIELDS, IDLE)
  if (node.flavor !== 'Standard') return unknownSyntax('SELECT')
  const { findings } = context
  const scope = createScope(context, { parent, ctes })
  const joinConditions = resolveFrom(node.from, scope)
  scope.isHierarchical = !isAbsent(node.connect_by)
  const items = listOf(node.projection, 'SELECT')
  const ofWholeTable = isWholeTable(node, scope)
  scope.hasRows = ofWholeTable || groupsByKeys(node.group_by, items)

  nameWindows(node.named_window, scope)
  const projection = resolveProjection(items, scope)
  pinTables(node, joinConditions, scope)
  useJoinConditions(joinConditions, scope)
  if (!isAbsent(node.selection)) {
    resolveUse('filter', node.selection, scope)
    if (findings.asksForPresence) demandPresence(node.selection!, scope)
  }
  for (const clause of listOf(node.connect_by, 'CONNECT BY')) useHierarchy(clause, scope)
  const { isGrouped, keys } = useGrouping(node.group_by, projection, scope)
  if (!isAbsent(node.having)) resolveUse('having', node.having, scope)
  if (!isAbsent(node.qualify)) resolveUse('qualify', node.qualify, scope)
  if (readDistinct(node)) for (const { lineage } of projection.columns) findings.use('group', lineage)

  return {
    columns: projection.columns,
    rowLimit: readTop(node.top),
    isLimited: !isAbsent(node.top),
    scope,
    origin: rowOriginOf({
      sources: scope.relations.map(({ origin }) => origin),
      isGrouped: isGrouped || scope.sawAggregate,
      multipliesRows: scope.isHierarchical,
      ofStoredTables: scope.relations.every(({ table }) => typeof table === 'string'),
      hasSubquery: scope.sawSubquery,
      having: node.having,
      aliases: isAbsent(node.having) ? new Map() : countableAliases(items, scope),
      keys,
      ofWholeTable,
      columnOf: (expression) =>
        storedColumn(resolveExpression(expression, scope)) ?? joinedColumn(expression, scope),
    }),
  }
}

/** Notes the columns that are not NULL in any row that is left, by a part of the condition that says so and nothing else. */
const demandPresence = (condition: Json, scope: Scope): void => {
  const pending: (Json | undefined)[] = [condition]
  while (pending.length > 0) {
    const node = pending.pop()
    if (!isObject(node)) continue
    if (!isAbsent(node.Nested)) pending.push(node.Nested)
    const { BinaryOp: operation, IsNotNull: tested } = node
    if (isObject(operation) && operation.op === 'And') pending.push(operation.left, operation.right)
    if (isAbsent(tested)) continue
    const column = storedColumn(resolveExpression(tested, scope))
    if (column !== null && isLocal(column, scope)) scope.context.findings.demandPresence(column)
  }
}

/** One of the columns that inner joins by a name made one: each row of the result has the same value in all of them. */
const joinedColumn = (
  expression: Json,
  { aliases, merged, namedJoins, relations }: Scope,
): BaseColumn | null => {
  if (!isObject(expression) || isAbsent(expression.Identifier)) return null
  const { name } = readIdentifier(expression.Identifier)
  const isInner = namedJoins.every((join) => join.name !== name || join.kind === 'inner')
  if (!merged.has(name) || !isInner || aliases?.has(name) === true) return null
  const holding = relations.flatMap((relation) => columnsNamed(relation, name))
  return holding.length === namedJoins.filter((join) => join.name === name).length + 1
    ? storedColumn(holding[0]!)
    : null
}

/** Whether a SELECT folds all rows of one stored table: how many these are is public. */
const isWholeTable = (
  { selection, connect_by: hierarchy, group_by: grouping }: JsonObject,
  scope: Scope,
): boolean =>
  isAbsent(selection) &&
  isAbsent(hierarchy) &&
  scope.parent === null &&
  scope.relations.length === 1 &&
  typeof scope.relations[0]!.table === 'string' &&
  isUse(scope.relations[0]!.use) &&
  groupsAllRows(grouping)

/** DISTINCT compares whole rows with each other. */
const readDistinct = ({ distinct }: JsonObject): boolean => {
  if (isAbsent(distinct) || distinct === 'All') return false
  return distinct === 'Distinct' ? true : unknownSyntax('DISTINCT ON')
}

/** The items that HAVING may call by a name that no column has. */
const countableAliases = (items: readonly Json[], scope: Scope): ReadonlyMap<string, Json> => {
  const named = new Map<string, Json>()
  const twice = new Set<string>()
  for (const [name, expression] of itemAliases(items)) {
    const isColumn = scope.relations.some((relation) => columnsNamed(relation, name).length > 0)
    if (named.has(name)) twice.add(name)
    if (!isColumn) named.set(name, expression)
  }
  // Of two items with one name, the text does not tell which is meant.
  for (const name of twice) named.delete(name)
  return named
}

const START_FIELDS = new Set(['condition'])
const CONNECT_FIELDS = new Set(['relationships'])
const CONNECT_IDLE = new Set(['nocycle'])
const useHierarchy = (value: Json, scope: Scope): void => {
  const { name, body } = variantOf(value, 'CONNECT BY')
  const conditions =
    name === 'StartWith'
      ? [openNode(body, 'START WITH', START_FIELDS).condition]
      : name === 'ConnectBy'
        ? listOf(openNode(body, 'CONNECT BY', CONNECT_FIELDS, CONNECT_IDLE).relationships, 'CONNECT BY')
        : unknownSyntax('CONNECT BY')
  scope.context.findings.lookAcross([])
  for (const condition of conditions) resolveUse('connectBy', condition, scope)
}
