import { aggregateFunctions, builtinFunctions, presentDays } from '../functions/builtin-names.ts'
import { callOutcome } from '../functions/function-table.ts'
import { findRefusedFamily } from '../functions/refused-functions.ts'
import { writeName } from '../lexer/identifier.ts'
import type { Identifier } from '../parser/identifier-node.ts'
import { isAbsent, type Json, type JsonObject, openNode, unknownSyntax } from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { callFunction, nameOfCall } from './call-function.ts'
import { resolveColumn } from './column-reference.ts'
import { derived } from './compute.ts'
import { plainArguments, resolveArguments } from './function-arguments.ts'
import { deriveThrough, foldRows, type Lineage, mergeLineages, passThrough } from './lineage.ts'
import { type ObjectName, parseName, readObjectName, stringArgument } from './object-name.ts'
import type { Scope } from './scope.ts'
import { resolveUse } from './use.ts'
import type { Value } from './value.ts'
import { resolveOrderedValues, resolveWindow } from './window.ts'

const FIELDS = new Set(['name', 'args', 'over', 'within_group', 'filter', 'null_treatment'])
const IDLE = new Set(['parameters'])

/** A call of a built-in function; every other function is refused, because its body may read anything. */
export const resolveFunction = (body: Json, scope: Scope): Value => {
  const node = openNode(body, 'a function', FIELDS, IDLE)
  if (node.parameters !== 'None') return unknownSyntax('a function')
  const objectName = readObjectName(node.name, scope.context.findings)
  const name = checkFunctionName(objectName)
  if (name === 'IDENTIFIER') return resolveNamedColumn(node, objectName, scope)
  scope.context.findings.functions.add(name)

  const isWindow = !isAbsent(node.over)
  if (aggregateFunctions.has(name) && !isWindow) scope.sawAggregate = true
  const { values, isDistinct, ordering: orderedBy } = resolveArguments(name, node.args, scope)
  const effective = nameOfCall(name, values)
  const called = callFunction(name, values, { isDistinct }, scope)
  const value = presentDays.has(name) ? { ...called, isPresentDay: true } : called

  const around: Lineage[] = [...orderedBy]
  if (!isAbsent(node.within_group)) {
    around.push(resolveWithinGroup(name, node.within_group, scope))
  }
  if (!isAbsent(node.filter)) around.push(resolveUse('filter', node.filter, scope).lineage)
  const window = isWindow ? resolveWindow(node.over, scope) : null
  if (window !== null) around.push(window.lineage)
  const lineage = mergeLineages([value.lineage, ...around.map((part) => deriveThrough(part, effective))])
  if (window === null)
    return { ...value, lineage: aggregateFunctions.has(name) ? foldRows(lineage) : lineage }
  return { ...(window.hasFrame ? maybeZero(value) : value), lineage: passThrough(lineage, window.name) }
}

/** Of these the values that are ordered are what the function is of: it converts them into numbers. */
const ofOrdered = new Set(['PERCENTILE_CONT', 'PERCENTILE_DISC'])

const resolveWithinGroup = (name: string, list: Json | undefined, scope: Scope): Lineage => {
  const { findings } = scope.context
  const values = findings.at('order', () => resolveOrderedValues(list, scope))
  const ordering = mergeLineages(values.map(({ lineage }) => lineage))
  findings.use('order', ordering, 'order')
  const { failing } = callOutcome(name, values)
  if (ofOrdered.has(name) && failing.length > 0) findings.fail(name, derived(failing, name))
  return ordering
}

/** A frame may hold no row. */
const maybeZero = ({ neverZero: _, ...value }: Value): Value => value

/** Gives the name of a built-in function. @throws Refusal for every other function */
export const checkFunctionName = ({ parts, place }: ObjectName): string => {
  const name = parts.at(-1)!
  // No built-in is in a refused family.
  if (parts.length === 1 && builtinFunctions.has(name)) return name
  const family = findRefusedFamily(name)
  if (
    family !== null &&
    (parts.length === 1 || parts.includes('INFORMATION_SCHEMA') || parts[0] === 'SNOWFLAKE')
  ) {
    throw new Refusal('function-refused', { detail: writeName(parts), place, because: family })
  }
  if (parts.length > 1 || name !== 'IDENTIFIER') {
    throw new Refusal('unknown-function', { detail: writeName(parts), place })
  }
  return name
}

/** `IDENTIFIER('T.C')` where an expression stands is the column of that name. */
const resolveNamedColumn = (node: JsonObject, { place }: ObjectName, scope: Scope): Value => {
  const parameters = plainArguments(node.args)
  const literal = parameters === null ? null : stringArgument(parameters)
  if (literal === null) throw new Refusal('dynamic-name', { place })
  const identifiers = parseName(literal, place).identifiers.map(
    (identifier): Identifier =>
      place?.kind === 'point' ? { ...identifier, line: place.line, column: place.column } : identifier,
  )
  return resolveColumn(identifiers, scope)
}
