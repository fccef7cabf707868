import { aggregateFunctions, builtinFunctions } from '../functions/builtin-names.ts'
import { flowThroughFunction } from '../functions/function-flow.ts'
import { findRefusedFamily } from '../functions/refused-functions.ts'
import { writeName } from '../lexer/identifier.ts'
import type { Identifier } from '../parser/identifier-node.ts'
import { isAbsent, type Json, type JsonObject, openNode, unknownSyntax } from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { resolveColumn } from './column-reference.ts'
import { resolveExpression } from './expression.ts'
import { plainArguments, resolveArguments } from './function-arguments.ts'
import { deriveThrough, type Lineage, mergeLineages } from './lineage.ts'
import { type ObjectName, parseName, readObjectName, stringArgument } from './object-name.ts'
import type { Scope } from './scope.ts'
import { resolveOrdering, resolveWindow } from './window.ts'

const FIELDS = new Set(['name', 'args', 'over', 'within_group', 'filter', 'null_treatment'])
const IDLE = new Set(['parameters'])

/** A call of a built-in function; every other function is refused, because its body may read anything. */
export const resolveFunction = (body: Json, scope: Scope): Lineage => {
  const node = openNode(body, 'a function', FIELDS, IDLE)
  if (node.parameters !== 'None') return unknownSyntax('a function')
  const objectName = readObjectName(node.name, scope.context.findings)
  const name = checkFunctionName(objectName)
  if (name === 'IDENTIFIER') return resolveNamedColumn(node, objectName, scope)
  scope.context.findings.functions.add(name)

  const isWindow = !isAbsent(node.over)
  if (aggregateFunctions.has(name) && !isWindow) scope.sawAggregate = true
  const { values, isDistinct, ordering: orderedBy } = resolveArguments(name, node.args, scope)
  const value = flowThroughFunction(name, values, { isDistinct })

  const around: Lineage[] = [...orderedBy]
  if (!isAbsent(node.within_group)) {
    const ordering = resolveOrdering(node.within_group, scope)
    scope.context.findings.use('order', ordering)
    around.push(ordering)
  }
  if (!isAbsent(node.filter)) {
    const filter = resolveExpression(node.filter, scope)
    scope.context.findings.use('filter', filter)
    around.push(filter)
  }
  if (isWindow) around.push(resolveWindow(node.over, scope))
  return mergeLineages([value, ...around.map((lineage) => deriveThrough(lineage, name))])
}

/** Gives the name of a built-in function. @throws Refusal for every other function */
export const checkFunctionName = ({ parts, place }: ObjectName): string => {
  const name = parts.at(-1)!
  const family = findRefusedFamily(name)
  if (
    family !== null &&
    (parts.length === 1 || parts.includes('INFORMATION_SCHEMA') || parts[0] === 'SNOWFLAKE')
  ) {
    throw new Refusal('function-refused', { detail: writeName(parts), place, because: family })
  }
  if (parts.length > 1 || (!builtinFunctions.has(name) && name !== 'IDENTIFIER')) {
    throw new Refusal('unknown-function', { detail: writeName(parts), place })
  }
  return name
}

/** `IDENTIFIER('T.C')` where an expression stands is the column of that name. */
const resolveNamedColumn = (node: JsonObject, { place }: ObjectName, scope: Scope): Lineage => {
  const parameters = plainArguments(node.args)
  const literal = parameters === null ? null : stringArgument(parameters)
  if (literal === null) throw new Refusal('dynamic-name', { place })
  const identifiers = parseName(literal, place).identifiers.map(
    (identifier): Identifier =>
      place?.kind === 'point' ? { ...identifier, line: place.line, column: place.column } : identifier,
  )
  return resolveColumn(identifiers, scope)
}
