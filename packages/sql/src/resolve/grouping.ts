import { readIdentifier } from '../parser/identifier-node.ts'
import { isAbsent, isObject, type Json, listOf, openNode, unknownSyntax, variantOf } from '../parser/node.ts'
import type { BaseColumn } from './flow.ts'
import { columnAt, positionOf } from './order-by.ts'
import { itemAliases, type Projection } from './projection.ts'
import type { Scope } from './scope.ts'
import { resolveUse } from './use.ts'
import { storedColumn, type Value } from './value.ts'

export interface Grouping {
  readonly isGrouped: boolean
  /** The stored columns that it names by themselves; none under grouping sets, whose rows fold some of them. */
  readonly keys: readonly BaseColumn[]
}

const keysOf = (values: readonly Value[]): readonly BaseColumn[] =>
  values.map(storedColumn).filter((column) => column !== null)

/** Records what GROUP BY groups by. */
export const useGrouping = (value: Json | undefined, projection: Projection, scope: Scope): Grouping => {
  const { name, body } = variantOf(value, 'GROUP BY')
  if (name === 'All') {
    if (!isAbsent(body)) return unknownSyntax('GROUP BY ALL')
    const keys = projection.columns.filter((_, index) => !projection.isAggregate[index])
    for (const { lineage } of keys) scope.context.findings.use('group', lineage)
    return { isGrouped: true, keys: keysOf(keys) }
  }
  if (name !== 'Expressions') return unknownSyntax('GROUP BY')
  const [expressions, modifiers] = listOf(body, 'GROUP BY')
  if (!isAbsent(modifiers)) return unknownSyntax('GROUP BY')
  const items = listOf(expressions, 'GROUP BY')
  const values = items.map((item) => useItem(item, projection, scope))
  const plain = values.filter((grouped) => grouped !== null)
  return { isGrouped: items.length > 0, keys: plain.length === values.length ? keysOf(plain) : [] }
}

const SETS = new Set(['GroupingSets', 'Cube', 'Rollup'])

/** GROUP BY () has one group without keys, which is there without a row. */
const WITHOUT_KEYS = new Set([...SETS, 'Tuple'])

/** Whether GROUP BY names keys and no grouping sets, so that a group is there because a row of it is. */
export const groupsByKeys = (value: Json | undefined, selected: readonly Json[]): boolean => {
  const { name, body } = variantOf(value, 'GROUP BY')
  if (name === 'All') return selectsColumn(selected)
  if (name !== 'Expressions') return false
  const items = listOf(listOf(body, 'GROUP BY')[0], 'GROUP BY')
  return items.length > 0 && items.every((item) => !WITHOUT_KEYS.has(variantOf(item, 'GROUP BY').name))
}

/** Whether an item is a column by itself, which GROUP BY ALL groups by. A bare name may be another item's. */
const selectsColumn = (items: readonly Json[]): boolean => {
  const named = new Set(itemAliases(items).map(([name]) => name))
  return items.some((item) => {
    const { name, body } = variantOf(item, 'SELECT')
    const expression: Json | undefined =
      name === 'UnnamedExpr' ? body : name === 'ExprWithAlias' && isObject(body) ? body.expr : undefined
    if (!isObject(expression)) return false
    const { Identifier: bare, CompoundIdentifier: qualified } = expression
    return Array.isArray(qualified) || (isObject(bare) && !named.has(readIdentifier(bare).name))
  })
}

/** Whether one group holds all rows, unless GROUP BY ALL finds keys, and then each holds some. */
export const groupsAllRows = (value: Json | undefined): boolean => {
  const { name, body } = variantOf(value, 'GROUP BY')
  return (
    name === 'All' || (name === 'Expressions' && listOf(listOf(body, 'GROUP BY')[0], 'GROUP BY').length === 0)
  )
}

const NESTED = new Set(['ROLLUP', 'CUBE'])

/** ROLLUP and CUBE inside of GROUPING SETS, which the parser takes as functions: what they group by. Null for anything else. */
const nestedSets = (name: string, body: Json): readonly Json[] | null => {
  if (name !== 'Function' || !isObject(body)) return null
  const [part, ...others] = listOf(body.name, 'GROUP BY')
  const called = isObject(part) && others.length === 0 ? readIdentifier(part.Identifier) : null
  if (called === null || called.quote !== null || !NESTED.has(called.name)) return null
  const { List: list } = openNode(body.args, called.name, ARGUMENTS)
  return listOf(openNode(list, called.name, LIST).args, called.name).map(
    (argument) => openNode(openNode(argument, called.name, UNNAMED).Unnamed, called.name, EXPRESSION).Expr!,
  )
}
const ARGUMENTS = new Set(['List'])
const LIST = new Set(['args'])
const UNNAMED = new Set(['Unnamed'])
const EXPRESSION = new Set(['Expr'])

/** Null for grouping sets. */
const useItem = (item: Json, projection: Projection, scope: Scope): Value | null => {
  const { name, body } = variantOf(item, 'GROUP BY')
  if (SETS.has(name)) {
    // A row of one set is NULL in the columns of the others.
    scope.context.findings.lookAcross([])
    for (const set of listOf(body, name)) {
      for (const expression of listOf(set, name)) useItem(expression, projection, scope)
    }
    return null
  }
  const nested = nestedSets(name, body)
  if (nested !== null) {
    for (const expression of nested) useItem(expression, projection, scope)
    return null
  }
  const position = positionOf(item)
  if (position === null) return resolveUse('group', item, scope)
  const column = columnAt(projection.columns, position)
  scope.context.findings.use('group', column.lineage)
  return column
}
