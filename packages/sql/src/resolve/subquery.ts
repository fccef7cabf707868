import { isObject, type Json, openNode, unknownSyntax } from '../parser/node.ts'
import { resolveExpression } from './expression.ts'
import { deriveThrough, type Lineage, mergeLineages } from './lineage.ts'
import { resolveQuery } from './query.ts'
import type { Scope } from './scope.ts'

/** A subquery in an expression: the values of its columns. It sees the columns of the queries around it. */
export const resolveSubquery = (query: Json | undefined, scope: Scope): Lineage => {
  for (let at: Scope | null = scope; at !== null; at = at.parent) at.sawSubquery = true
  return mergeLineages(
    resolveQuery(query, scope.context, { parent: scope, ctes: scope.ctes }).columns.map(
      ({ lineage }) => lineage,
    ),
  )
}

const QUANTIFIED_FIELDS = new Set(['left', 'right'])
const QUANTIFIED_IDLE = new Set(['compare_op', 'is_some'])
const COMPARISONS = new Set(['Eq', 'NotEq', 'Gt', 'GtEq', 'Lt', 'LtEq'])

/** `x = ANY (…)` and `x > ALL (…)`. */
export const resolveQuantified =
  (name: 'ANY' | 'ALL') =>
  (body: Json, scope: Scope): Lineage => {
    const node = openNode(body, name, QUANTIFIED_FIELDS, QUANTIFIED_IDLE)
    if (typeof node.compare_op !== 'string' || !COMPARISONS.has(node.compare_op)) return unknownSyntax(name)
    if (!isObject(node.right)) return unknownSyntax(name)
    const parts = [resolveExpression(node.left, scope), resolveExpression(node.right, scope)]
    return deriveThrough(mergeLineages(parts), name)
  }
