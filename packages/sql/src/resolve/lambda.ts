import { readIdentifier } from '../parser/identifier-node.ts'
import { isAbsent, type Json, listOf, openNode, unknownSyntax, variantOf } from '../parser/node.ts'
import { unknownType } from '../types/sql-type.ts'
import { visitType } from './cast.ts'
import { resolveExpression } from './expression.ts'
import { deriveThrough, type Lineage } from './lineage.ts'
import { createScope, type Scope } from './scope.ts'
import type { Value } from './value.ts'

const LAMBDA_FIELDS = new Set(['params', 'body'])
const LAMBDA_IDLE = new Set(['syntax'])
const PARAMETER_FIELDS = new Set(['name', 'data_type'])

/**
 * `x -> x > y`: each parameter stands for an element of the array, everything else is seen as outside of it. How often
 * the body is computed tells how many elements there are, wherever computing it may fail.
 */
export const resolveLambda = (body: Json | undefined, scope: Scope, elements: Lineage): Value => {
  const node = openNode(body, 'a lambda', LAMBDA_FIELDS, LAMBDA_IDLE)
  const { name, body: params } = variantOf(node.params, 'a lambda')
  const list =
    name === 'One' ? [params] : name === 'Many' ? listOf(params, 'a lambda') : unknownSyntax('a lambda')
  const parameters = new Map<string, Value>()
  const parts = deriveThrough(elements, '->')
  for (const parameter of list) {
    const { name: identifierNode, data_type: type } = openNode(parameter, 'a lambda', PARAMETER_FIELDS)
    const identifier = readIdentifier(identifierNode)
    scope.context.findings.visit(identifier)
    if (!isAbsent(type)) visitType(type, scope)
    parameters.set(identifier.name, { type: unknownType, lineage: parts, isConstant: false, mayFail: false })
  }
  const value = resolveExpression(
    node.body,
    createScope(scope.context, { parent: scope, ctes: scope.ctes, parameters }),
  )
  if (value.mayFail) scope.context.findings.fail('->', parts)
  return value
}
