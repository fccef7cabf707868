import { readIdentifier } from '../parser/identifier-node.ts'
import { isAbsent, isObject, type Json, listOf, openNode, variantOf } from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { manyTables } from './aggregation.ts'
import { resolveExpression } from './expression.ts'
import { type Lineage, mergeLineages } from './lineage.ts'
import type { OutputColumn, QueryEnvironment } from './query.ts'
import type { BodyResult } from './query-body.ts'
import { refuseRepeated } from './repeated-column.ts'
import { createScope, type Scope, type StatementContext } from './scope.ts'
import { refuseUnplaced } from './unplaced-column.ts'

const ORDER_FIELDS = new Set(['kind'])
const ITEM_FIELDS = new Set(['expr'])
const ITEM_IDLE = new Set(['options'])

/** ORDER BY of a whole query: by position, by an output's name, by ALL, or by an expression over the SELECT's tables. */
export const resolveOrderBy = (
  value: Json | undefined,
  body: BodyResult,
  context: StatementContext,
  { parent, ctes }: QueryEnvironment,
): void => {
  const { name, body: kind } = variantOf(openNode(value, 'ORDER BY', ORDER_FIELDS).kind, 'ORDER BY')
  if (name === 'All') {
    for (const { lineage } of body.columns) context.findings.use('order', lineage, 'order')
    return
  }
  if (name !== 'Expressions') throw new Refusal('unknown-syntax', { detail: 'ORDER BY' })
  const scope = body.scope ?? outputScope(body.columns, context, parent, ctes)
  for (const item of listOf(kind, 'ORDER BY')) {
    const { expr } = openNode(item, 'ORDER BY', ITEM_FIELDS, ITEM_IDLE)
    const lineage = context.findings.at('order', () => resolveItem(expr, body.columns, scope))
    context.findings.use('order', lineage, 'order')
  }
}

/** The ORDER BY of a set operation sees its outputs only. */
const outputScope = (
  columns: readonly OutputColumn[],
  context: StatementContext,
  parent: Scope | null,
  ctes: Scope['ctes'],
): Scope => {
  const scope = createScope(context, { parent, ctes })
  scope.relations.push({
    names: [],
    columns: columns.map((column) => ({ ...column, name: column.name ?? '' })),
    origin: manyTables,
  })
  return scope
}

const resolveItem = (
  expression: Json | undefined,
  columns: readonly OutputColumn[],
  scope: Scope,
): Lineage => {
  const position = positionOf(expression)
  if (position !== null) return columnAt(columns, position).lineage
  if (isAllWord(expression, scope)) return mergeLineages(columns.map(({ lineage }) => lineage))
  return outputNamed(expression, columns, scope) ?? resolveExpression(expression, scope).lineage
}

/** A bare name in ORDER BY is an output's, before it is a column's. Source: Snowflake, ORDER BY. */
const outputNamed = (
  expression: Json | undefined,
  columns: readonly OutputColumn[],
  scope: Scope,
): Lineage | null => {
  if (!isObject(expression) || isAbsent(expression.Identifier)) return null
  const identifier = readIdentifier(expression.Identifier)
  const named = columns.filter(({ name }) => name === identifier.name)
  if (named.length !== 1 || scope.parameters?.has(identifier.name)) return null
  scope.context.findings.visit(identifier)
  return named[0]!.lineage
}

/** A bare whole number in ORDER BY and GROUP BY is the position of a column. */
export const positionOf = (expression: Json | undefined): number | null => {
  if (isObject(expression) && !isAbsent(expression.Nested)) return positionOf(expression.Nested)
  const literal = isObject(expression) && isObject(expression.Value) ? expression.Value.value : undefined
  if (!isObject(literal) || !Array.isArray(literal.Number)) return null
  const [written] = literal.Number
  return typeof written === 'string' && /^\d+$/.test(written) ? Number(written) : null
}

export const columnAt = (columns: readonly OutputColumn[], position: number): OutputColumn => {
  refuseRepeated(columns)
  refuseUnplaced(columns)
  const column = columns[position - 1]
  if (column === undefined) throw new Refusal('unknown-column', { detail: `position ${position}` })
  return column
}

/** `ORDER BY ALL` reads as a column, unless there is one of that name. */
const isAllWord = (expression: Json | undefined, scope: Scope): boolean => {
  if (!isObject(expression) || isAbsent(expression.Identifier)) return false
  const identifier = readIdentifier(expression.Identifier)
  if (identifier.name !== 'ALL' || identifier.quote !== null) return false
  scope.context.findings.visit(identifier)
  return !scope.relations.some(({ columns }) => columns.some(({ name }) => name === 'ALL'))
}
