import { callOutcome } from '../functions/function-table.ts'
import { isObject, type Json, openNode, unknownSyntax } from '../parser/node.ts'
import { asCondition, compared, compute, decides, mayFail } from './compute.ts'
import { equated } from './equated.ts'
import { resolveExpression } from './expression.ts'
import type { Scope } from './scope.ts'
import type { Value } from './value.ts'

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
const logical = new Set(['AND', 'OR', 'XOR'])
const comparisons = new Set(['=', '<>', '>', '>=', '<', '<='])
const unaryOperators: ReadonlyMap<string, string> = new Map([
  ['Plus', '+'],
  ['Minus', '-'],
  ['Not', 'NOT'],
])

const FIELDS = new Set(['left', 'op', 'right'])

interface Link {
  readonly operator: string
  readonly right: Json | undefined
  /** The whole expression that the operator gives; null for the outermost, of which the caller knows. */
  readonly whole: Json | null
}

/** An operator with its operands. Chains lean to the left and may be hundreds long, so they are walked in a loop. */
export const resolveBinaryChain = (body: Json, scope: Scope): Value => {
  const links: Link[] = []
  let node = openNode(body, 'an operator', FIELDS)
  let whole: Json | null = null
  for (;;) {
    const operator = typeof node.op === 'string' ? binaryOperators.get(node.op) : undefined
    if (operator === undefined) return unknownSyntax('an operator')
    links.push({ operator, right: node.right, whole })
    if (!isObject(node.left) || !('BinaryOp' in node.left) || Object.keys(node.left).length !== 1) break
    whole = node.left
    node = openNode(node.left.BinaryOp, 'an operator', FIELDS)
  }
  let value = resolveExpression(node.left, scope)
  for (let at = links.length - 1; at >= 0; ) {
    const { operator, whole: result } = links[at]!
    const operands = [value]
    // A run of one operator is one computation: its operands are walked once, however many there are.
    do operands.push(resolveExpression(links[at]!.right, scope))
    while (isRun(operator) && links[--at]?.operator === operator)
    if (!isRun(operator)) at -= 1
    value = combine(operator, operands, scope)
    if (result !== null && scope.pinning.has(result)) value = { ...value, failsByPin: true }
  }
  return value
}

const isRun = (operator: string): boolean => operator === 'AND' || operator === 'OR' || operator === '||'

const combine = (operator: string, operands: readonly Value[], scope: Scope): Value => {
  if (logical.has(operator)) {
    const failing = operator === 'XOR' ? [] : skip(operator, operands, scope)
    const value = compute(operator, operands.map(asCondition), scope)
    // A constant that stands as a condition may fail too.
    const isByPin = operator === 'AND' && failing.length > 0 && failByPin(failing)
    return isByPin && !operands.some(({ isConstant }) => isConstant) ? { ...value, failsByPin: true } : value
  }
  if (!comparisons.has(operator)) return compute(operator, operands, scope)
  return compute(
    operator,
    operands,
    scope,
    operator === '=' ? equated(operands, scope) : compared(operands, operator),
  )
}

const failByPin = (failing: readonly Value[]): boolean => failing.every(({ failsByPin }) => failsByPin)

const failingOf = (operator: string, operands: readonly Value[]): readonly Value[] => {
  // An operand that is no boolean is converted into one, where it is computed at all.
  const converted = callOutcome(operator, operands).failing
  return operands.filter((operand) => operand.mayFail || converted.includes(operand))
}

/** Each operand of AND and OR may be skipped for the sake of any other. Gives the operands that may fail. */
export const skip = (operator: string, operands: readonly Value[], scope: Scope): readonly Value[] => {
  const failing = failingOf(operator, operands)
  if (failing.length === 0) return failing
  const [only] = failing
  decides(
    operator,
    failing.length > 1 ? operands : operands.filter((operand) => operand !== only),
    failing.map(mayFail),
    scope,
    { byPin: operator === 'AND' && failByPin(failing) },
  )
  return failing
}

const UNARY_FIELDS = new Set(['op', 'expr'])
export const resolveUnary = (body: Json, scope: Scope): Value => {
  const node = openNode(body, 'an operator', UNARY_FIELDS)
  const operator = typeof node.op === 'string' ? unaryOperators.get(node.op) : undefined
  if (operator === undefined) return unknownSyntax('an operator')
  const operand = resolveExpression(node.expr, scope)
  const value = compute(operator, [operator === 'NOT' ? asCondition(operand) : operand], scope)
  const { literal } = operand
  return operator === '-' && typeof literal === 'number' ? { ...value, literal: -literal } : value
}
