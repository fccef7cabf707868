import { isAbsent, type Json, listOf, unknownSyntax, variantOf } from '../parser/node.ts'
import { resolveExpression } from './expression.ts'
import { columnAt, positionOf } from './order-by.ts'
import type { Projection } from './projection.ts'
import type { Scope } from './scope.ts'

/** Records what GROUP BY groups by. Tells whether there is a GROUP BY. */
export const useGrouping = (value: Json | undefined, projection: Projection, scope: Scope): boolean => {
  const { name, body } = variantOf(value, 'GROUP BY')
  if (name === 'All') {
    if (!isAbsent(body)) return unknownSyntax('GROUP BY ALL')
    for (const [index, { lineage }] of projection.columns.entries()) {
      if (!projection.isAggregate[index]) scope.context.findings.use('group', lineage)
    }
    return true
  }
  if (name !== 'Expressions') return unknownSyntax('GROUP BY')
  const [expressions, modifiers] = listOf(body, 'GROUP BY')
  if (!isAbsent(modifiers)) return unknownSyntax('GROUP BY')
  const items = listOf(expressions, 'GROUP BY')
  for (const item of items) useItem(item, projection, scope)
  return items.length > 0
}

const SETS = new Set(['GroupingSets', 'Cube', 'Rollup'])

const useItem = (item: Json, projection: Projection, scope: Scope): void => {
  const { name, body } = variantOf(item, 'GROUP BY')
  if (SETS.has(name)) {
    for (const set of listOf(body, name)) {
      for (const expression of listOf(set, name)) useItem(expression, projection, scope)
    }
    return
  }
  const position = positionOf(item)
  const lineage =
    position === null ? resolveExpression(item, scope) : columnAt(projection.columns, position).lineage
  scope.context.findings.use('group', lineage)
}
