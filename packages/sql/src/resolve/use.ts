import type { UsePlace } from '@snowfence/core'
import type { Json } from '../parser/node.ts'
import { resolveExpression } from './expression.ts'
import type { Scope } from './scope.ts'
import type { Value } from './value.ts'

/** An expression in a clause that steers the result without being in it. */
export const resolveUse = (
  place: UsePlace,
  expression: Json | undefined,
  scope: Scope,
  least: 'equality' | 'order' = 'equality',
): Value => {
  const { findings } = scope.context
  const value = findings.at(place, () => resolveExpression(expression, scope))
  findings.use(place, value.lineage, least)
  return value
}
