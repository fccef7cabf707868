import { isObject, type Json, openNode, unknownSyntax } from '../parser/node.ts'
import { unknownType } from '../types/sql-type.ts'
import { compared, compute } from './compute.ts'
import { resolveExpression } from './expression.ts'
import { mergeLineages } from './lineage.ts'
import { resolveQuery } from './query.ts'
import { refuseRepeated } from './repeated-column.ts'
import type { Scope } from './scope.ts'
import type { Value } from './value.ts'

/**
 * A subquery in an expression: the values of its columns. It sees the columns of the queries around it. Computing it may
 * always fail, by more than one row if by nothing else.
 */
export const resolveSubquery = (query: Json | undefined, scope: Scope): Value => {
  for (let at: Scope | null = scope; at !== null; at = at.parent) at.sawSubquery = true
  const { columns } = scope.context.findings.at(null, () =>
    resolveQuery(query, scope.context, { parent: scope, ctes: scope.ctes }),
  )
  refuseRepeated(columns)
  const [only, ...others] = columns
  return {
    type: only !== undefined && others.length === 0 ? only.type : unknownType,
    lineage: mergeLineages(columns.map(({ lineage }) => lineage)),
    isConstant: false,
    mayFail: true,
  }
}

const QUANTIFIED_FIELDS = new Set(['left', 'right'])
const QUANTIFIED_IDLE = new Set(['compare_op', 'is_some'])
const equalities = new Set(['Eq', 'NotEq'])
const COMPARISONS = new Set(['Eq', 'NotEq', 'Gt', 'GtEq', 'Lt', 'LtEq'])

/** `x = ANY (…)` and `x > ALL (…)`. */
export const resolveQuantified =
  (name: 'ANY' | 'ALL') =>
  (body: Json, scope: Scope): Value => {
    const node = openNode(body, name, QUANTIFIED_FIELDS, QUANTIFIED_IDLE)
    if (typeof node.compare_op !== 'string' || !COMPARISONS.has(node.compare_op)) return unknownSyntax(name)
    if (!isObject(node.right)) return unknownSyntax(name)
    const operands = [resolveExpression(node.left, scope), resolveExpression(node.right, scope)]
    const operator = equalities.has(node.compare_op) ? name : '<'
    return compute(operator, operands, scope, compared(operands, operator))
  }
