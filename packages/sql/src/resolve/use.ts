import type { UsePlace } from '@snowfence/core'
import { callOutcome } from '../functions/function-table.ts'
import type { Json } from '../parser/node.ts'
import { asCondition, derived } from './compute.ts'
import { resolveExpression } from './expression.ts'
import type { Scope } from './scope.ts'
import type { Value } from './value.ts'

/** Clauses that hold a condition: a value of another type is converted into a boolean there. */
const conditions = new Set<UsePlace>(['filter', 'join', 'having', 'qualify', 'connectBy'])

/** Whether becoming a boolean fails for some values. */
export const checkCondition = (value: Value, { context }: Scope): void => {
  if (value.type.family === 'boolean') return
  const { failing } = callOutcome('NOT', [value])
  if (failing.length > 0) context.findings.fail('NOT', derived(failing, 'NOT'))
}

/** An expression in a clause that steers the result without being in it. */
export const resolveUse = (
  place: UsePlace,
  expression: Json | undefined,
  scope: Scope,
  least: 'equality' | 'order' = 'equality',
): Value => {
  const { findings } = scope.context
  const value = findings.at(place, () => {
    const resolved = resolveExpression(expression, scope)
    if (!conditions.has(place)) return resolved
    checkCondition(resolved, scope)
    return asCondition(resolved)
  })
  findings.use(place, value.lineage, least)
  return value
}
