import { callOutcome } from '../functions/function-table.ts'
import { type Json, listOf, openNode } from '../parser/node.ts'
import { compared, compute, decides, derived, joined, mayFail } from './compute.ts'
import { resolveAll, resolveOptional } from './expression.ts'
import { mergeLineages, passThrough } from './lineage.ts'
import type { Scope } from './scope.ts'
import type { Value } from './value.ts'

const CASE_FIELDS = new Set(['operand', 'conditions', 'else_result'])
const WHEN_FIELDS = new Set(['condition', 'result'])

/** CASE, with an operand or without. */
export const resolveCase = (body: Json, scope: Scope): Value => {
  const node = openNode(body, 'CASE', CASE_FIELDS)
  const whens = listOf(node.conditions, 'CASE').map((when) => openNode(when, 'WHEN', WHEN_FIELDS))
  const operand =
    node.operand === undefined || node.operand === null ? null : resolveOptional(node.operand, scope)
  const conditions = resolveAll(
    whens.map(({ condition }) => condition!),
    scope,
  )
  const results = resolveAll(
    whens.map(({ result }) => result!),
    scope,
  )
  const fallback = resolveOptional(node.else_result, scope)
  const tests =
    operand === null
      ? conditions
      : conditions.map((condition) =>
          compute('=', [operand, condition], scope, compared([operand, condition], '=')),
        )
  return chooseBranch('CASE', tests, [...results, fallback], scope)
}

/**
 * One of several branches by conditions. The branch's value stays a value; the conditions are something that the result
 * is computed from. A later condition and every branch are computed only where earlier conditions do not hold.
 */
export const chooseBranch = (
  name: string,
  conditions: readonly Value[],
  branches: readonly Value[],
  scope: Scope,
): Value => {
  const notBoolean = conditions.flatMap((condition) => callOutcome('NOT', [condition]).failing)
  const { lineage: taken, outcome } = joined(branches, name)
  const { type, failing } = outcome
  // A branch is converted into the common type where it is taken, and a later condition where it is reached.
  const converted = [...failing, ...(conditions.length > 1 ? notBoolean : [])].map(mayFail)
  decides(name, conditions, [...branches, ...conditions.slice(1), ...converted], scope)
  const lineage = mergeLineages([passThrough(taken, name), derived(conditions, name)])
  return compute(name, [...conditions, ...branches], scope, lineage, {
    type,
    failing: [...notBoolean, ...failing],
  })
}
