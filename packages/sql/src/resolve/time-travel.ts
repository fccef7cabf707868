import { readIdentifier } from '../parser/identifier-node.ts'
import { isAbsent, isObject, type Json, listOf, openNode, variantOf } from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { resolveExpression } from './expression.ts'
import type { Scope } from './scope.ts'

const CHANGES_FIELDS = new Set(['changes', 'at', 'end'])

/** AT, BEFORE and CHANGES: the same table at another time. Their arguments are constants. */
export const checkVersion = (value: Json | undefined, scope: Scope): void => {
  if (isAbsent(value)) return
  const { name, body } = variantOf(value, 'time travel')
  if (name === 'Function') {
    checkCall(body, scope)
    return
  }
  if (name !== 'Changes') throw new Refusal('unknown-syntax', { detail: 'time travel' })
  const node = openNode(body, 'CHANGES', CHANGES_FIELDS)
  for (const part of [node.changes, node.at, node.end]) if (!isAbsent(part)) checkCall(part, scope)
}

const CALL_FIELDS = new Set(['name', 'args'])
const CALL_IDLE = new Set(['parameters'])
const LIST_FIELDS = new Set(['args'])
const NAMED_FIELDS = new Set(['name', 'arg'])
const NAMED_IDLE = new Set(['operator'])
const CLAUSES = new Set(['AT', 'BEFORE', 'CHANGES', 'END'])
const INFORMATION = new Set(['DEFAULT', 'APPEND_ONLY'])

const checkCall = (value: Json | undefined, scope: Scope): void => {
  if (!isObject(value)) throw new Refusal('unknown-syntax', { detail: 'time travel' })
  const call = openNode(value.Function, 'time travel', CALL_FIELDS, CALL_IDLE)
  const [name] = listOf(call.name, 'time travel')
  const clause = readIdentifier(variantOf(name, 'time travel').body)
  scope.context.findings.visit(clause)
  const { name: kind, body } = variantOf(call.args, 'time travel')
  if (!CLAUSES.has(clause.name) || kind !== 'List')
    throw new Refusal('unknown-syntax', { detail: 'time travel' })
  for (const parameter of listOf(openNode(body, 'time travel', LIST_FIELDS).args, 'time travel')) {
    const named = variantOf(parameter, 'time travel')
    if (named.name !== 'Named') throw new Refusal('unknown-syntax', { detail: 'time travel' })
    const { name: keyword, arg } = openNode(named.body, 'time travel', NAMED_FIELDS, NAMED_IDLE)
    scope.context.findings.visit(readIdentifier(keyword))
    const { name: argumentKind, body: expression } = variantOf(arg, 'time travel')
    if (argumentKind !== 'Expr') throw new Refusal('unknown-syntax', { detail: 'time travel' })
    if (isInformation(expression, scope)) continue
    if (resolveExpression(expression, scope).lineage.size > 0) {
      throw new Refusal('column-not-allowed-here', { detail: clause.name })
    }
  }
}

const isInformation = (expression: Json, scope: Scope): boolean => {
  if (!isObject(expression) || isAbsent(expression.Identifier)) return false
  const identifier = readIdentifier(expression.Identifier)
  if (!INFORMATION.has(identifier.name)) return false
  scope.context.findings.visit(identifier)
  return true
}
