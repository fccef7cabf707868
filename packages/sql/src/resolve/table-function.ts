import { tableFunctions } from '../functions/builtin-names.ts'
import { writeName } from '../lexer/identifier.ts'
import { readIdentifier } from '../parser/identifier-node.ts'
import {
  isAbsent,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  openNode,
  unknownSyntax,
  variantOf,
} from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { unknownType } from '../types/sql-type.ts'
import { manyTables } from './aggregation.ts'
import { compute } from './compute.ts'
import { resolveExpression } from './expression.ts'
import { checkFunctionName } from './function-call.ts'
import { type ObjectName, parseName, readObjectName, stringArgument, stringLiteral } from './object-name.ts'
import type { Scope } from './scope.ts'
import { openNamed, type RelationParts } from './table-factor.ts'
import type { Value } from './value.ts'

const TABLE_FIELDS = new Set(['expr', 'alias'])
const CALL_FIELDS = new Set(['name', 'args', 'over'])
const CALL_IDLE = new Set(['parameters'])
const LIST_FIELDS = new Set(['args'])

/** `TABLE(…)` holds a table function, or the name of a table as a string. */
export const resolveTableFunction = (body: JsonObject, scope: Scope): RelationParts => {
  const node = openNode(body, 'TABLE', TABLE_FIELDS)
  const literal = stringLiteral(node.expr)
  if (literal !== null) return openNamed(parseName(literal, null), scope)
  const { name, body: expression } = variantOf(node.expr, 'TABLE')
  if (name !== 'Function') throw new Refusal('dynamic-name', { detail: 'TABLE' })
  const call = openNode(expression, 'TABLE', CALL_FIELDS, CALL_IDLE)
  const functionName = readObjectName(call.name, scope.context.findings)
  const { name: kind, body: list } = variantOf(call.args, 'TABLE')
  if (kind !== 'List' || !isAbsent(call.over)) return unknownSyntax('TABLE')
  const parameters = listOf(openNode(list, 'TABLE', LIST_FIELDS).args, 'TABLE')
  if (functionName.parts.length === 1 && functionName.parts[0] === 'IDENTIFIER') {
    const named = stringArgument(parameters)
    if (named === null) throw new Refusal('dynamic-name', { place: functionName.place })
    return openNamed(parseName(named, functionName.place), scope)
  }
  return openFunction(functionName, parameters, scope)
}

const LATERAL_FIELDS = new Set(['lateral', 'name', 'args', 'alias'])

/** `LATERAL FLATTEN(…)`. */
export const resolveLateralFunction = (body: JsonObject, scope: Scope): RelationParts => {
  const node = openNode(body, 'LATERAL', LATERAL_FIELDS)
  return openFunction(readObjectName(node.name, scope.context.findings), listOf(node.args, 'LATERAL'), scope)
}

/** Every column of a table function carries what went in: which part ends up where is not told by the text. */
const openFunction = (functionName: ObjectName, parameters: readonly Json[], scope: Scope): RelationParts => {
  const name = checkFunctionName(functionName)
  const columns = tableFunctions.get(name)
  if (columns === undefined) {
    throw new Refusal('unknown-function', {
      detail: writeName(functionName.parts),
      place: functionName.place,
    })
  }
  scope.context.findings.functions.add(name)
  const { findings } = scope.context
  // How many rows come out tells about what went in: a digit of a number can be counted by splitting at it.
  const value = findings.at('filter', () =>
    compute(
      name,
      parameters.map((parameter) => resolveParameter(parameter, scope)),
      scope,
    ),
  )
  findings.use('filter', value.lineage)
  return {
    names: [name],
    columns: columns.map((column) => ({ ...value, type: unknownType, isConstant: false, name: column })),
    origin: manyTables,
  }
}

const NAMED_FIELDS = new Set(['name', 'arg'])
const NAMED_IDLE = new Set(['operator'])
const resolveParameter = (parameter: Json, scope: Scope): Value => {
  const { name, body } = variantOf(parameter, 'an argument')
  if (name === 'Unnamed') return resolveArgument(body, scope)
  if (name !== 'Named') return unknownSyntax('an argument')
  const node = openNode(body, 'an argument', NAMED_FIELDS, NAMED_IDLE)
  scope.context.findings.visit(readIdentifier(node.name))
  return resolveArgument(node.arg, scope)
}

const resolveArgument = (value: Json | undefined, scope: Scope): Value =>
  isObject(value) && !isAbsent(value.Expr)
    ? resolveExpression(value.Expr, scope)
    : unknownSyntax('an argument')
