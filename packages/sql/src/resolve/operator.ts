import { isObject, type Json, openNode, unknownSyntax } from '../parser/node.ts'
import { resolveExpression } from './expression.ts'
import { deriveThrough, type Lineage, mergeLineages } from './lineage.ts'
import type { Scope } from './scope.ts'

/** The operators of Snowflake by the parser's names. */
const binaryOperators: ReadonlyMap<string, string> = new Map([
  ['Plus', '+'],
  ['Minus', '-'],
  ['Multiply', '*'],
  ['Divide', '/'],
  ['Modulo', '%'],
  ['StringConcat', '||'],
  ['Eq', '='],
  ['NotEq', '<>'],
  ['Gt', '>'],
  ['GtEq', '>='],
  ['Lt', '<'],
  ['LtEq', '<='],
  ['And', 'AND'],
  ['Or', 'OR'],
  ['Xor', 'XOR'],
])
const unaryOperators: ReadonlyMap<string, string> = new Map([
  ['Plus', '+'],
  ['Minus', '-'],
  ['Not', 'NOT'],
])

const FIELDS = new Set(['left', 'op', 'right'])

/**
 * An operator with its operands. Chains lean to the left and may be hundreds long, so the left side is walked in a
 * loop; each operand crosses every operator above it.
 */
export const resolveBinaryChain = (body: Json, scope: Scope): Lineage => {
  const parts: Lineage[] = []
  const operators = new Set<string>()
  let node = openNode(body, 'an operator', FIELDS)
  for (;;) {
    const operator = typeof node.op === 'string' ? binaryOperators.get(node.op) : undefined
    if (operator === undefined) return unknownSyntax('an operator')
    operators.add(operator)
    parts.push(deriveAll(resolveExpression(node.right, scope), operators))
    if (!isObject(node.left) || !('BinaryOp' in node.left) || Object.keys(node.left).length !== 1) {
      parts.push(deriveAll(resolveExpression(node.left, scope), operators))
      return mergeLineages(parts)
    }
    node = openNode(node.left.BinaryOp, 'an operator', FIELDS)
  }
}

const deriveAll = (lineage: Lineage, operators: ReadonlySet<string>): Lineage => {
  let derived = lineage
  if (lineage.size > 0) for (const operator of operators) derived = deriveThrough(derived, operator)
  return derived
}

const UNARY_FIELDS = new Set(['op', 'expr'])
export const resolveUnary = (body: Json, scope: Scope): Lineage => {
  const node = openNode(body, 'an operator', UNARY_FIELDS)
  const operator = typeof node.op === 'string' ? unaryOperators.get(node.op) : undefined
  if (operator === undefined) return unknownSyntax('an operator')
  return deriveThrough(resolveExpression(node.expr, scope), operator)
}
