import { aggregateFunctions, builtinFunctions } from '../functions/builtin-names.ts'
import { datePartArguments } from '../functions/date-part-arguments.ts'
import { flowThroughFunction } from '../functions/function-flow.ts'
import { findRefusedFamily } from '../functions/refused-functions.ts'
import { writeName } from '../lexer/identifier.ts'
import { datePartWords } from '../lexer/keywords.ts'
import { type Identifier, readIdentifier } from '../parser/identifier-node.ts'
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
import { resolveColumn } from './column-reference.ts'
import { resolveExpression } from './expression.ts'
import { resolveLambda } from './lambda.ts'
import { deriveThrough, type Lineage, mergeLineages, noLineage } from './lineage.ts'
import { type ObjectName, parseName, readObjectName, stringArgument } from './object-name.ts'
import type { Scope } from './scope.ts'
import { expandArgumentStar } from './star.ts'
import { resolveSubquery } from './subquery.ts'
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
  const parameters = resolveParameters(name, node.args, scope)
  const value = flowThroughFunction(name, parameters.values)

  const around: Lineage[] = [...parameters.clauses]
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
  const list = argumentList(node.args)
  const literal = list === null ? null : stringArgument(list.parameters)
  if (literal === null) throw new Refusal('dynamic-name', { place })
  const identifiers = parseName(literal, place).identifiers.map(
    (identifier): Identifier =>
      place?.kind === 'point' ? { ...identifier, line: place.line, column: place.column } : identifier,
  )
  return resolveColumn(identifiers, scope)
}

interface ArgumentList {
  readonly parameters: readonly Json[]
  readonly clauses: readonly Json[]
}

const LIST_FIELDS = new Set(['args', 'clauses'])
const LIST_IDLE = new Set(['duplicate_treatment'])
const argumentList = (value: Json | undefined): ArgumentList | null => {
  const { name, body } = variantOf(value, 'arguments')
  if (name === 'None') return { parameters: [], clauses: [] }
  if (name !== 'List') return null
  const node = openNode(body, 'arguments', LIST_FIELDS, LIST_IDLE)
  return { parameters: listOf(node.args, 'arguments'), clauses: listOf(node.clauses, 'arguments') }
}

const resolveParameters = (
  name: string,
  value: Json | undefined,
  scope: Scope,
): { readonly values: readonly Lineage[]; readonly clauses: readonly Lineage[] } => {
  const list = argumentList(value)
  if (list === null) {
    const { name: kind, body } = variantOf(value, 'arguments')
    return kind === 'Subquery'
      ? { values: [resolveSubquery(body, scope)], clauses: [] }
      : unknownSyntax('arguments')
  }
  const values = list.parameters.map((parameter, index) =>
    resolveParameter(name, parameter, index, list, scope),
  )
  const clauses = list.clauses.map((clause) => {
    const { name: kind, body } = variantOf(clause, 'an argument clause')
    if (kind === 'IgnoreOrRespectNulls') return noLineage
    if (kind !== 'OrderBy') return unknownSyntax('an argument clause')
    const ordering = resolveOrdering(body, scope)
    scope.context.findings.use('order', ordering)
    return ordering
  })
  return { values, clauses }
}

const NAMED_FIELDS = new Set(['name', 'arg'])
const NAMED_IDLE = new Set(['operator'])

const resolveParameter = (
  name: string,
  parameter: Json,
  index: number,
  list: ArgumentList,
  scope: Scope,
): Lineage => {
  const { name: kind, body } = variantOf(parameter, 'an argument')
  if (kind === 'Named') {
    const node = openNode(body, 'an argument', NAMED_FIELDS, NAMED_IDLE)
    scope.context.findings.visit(readIdentifier(node.name))
    return resolveArgument(name, node.arg, scope, null)
  }
  if (kind !== 'Unnamed') return unknownSyntax('an argument')
  const first = list.parameters[0]
  return resolveArgument(name, body, scope, isDatePart(name, index) ? index : null, first)
}

const isDatePart = (name: string, index: number): boolean => datePartArguments.get(name)?.index === index

const resolveArgument = (
  name: string,
  value: Json | undefined,
  scope: Scope,
  datePartIndex: number | null,
  first?: Json,
): Lineage => {
  const { name: kind, body } = variantOf(value, 'an argument')
  switch (kind) {
    case 'Expr':
      if (isObject(body) && 'Lambda' in body)
        return resolveLambda(body.Lambda, scope, elementsOf(first, value, scope))
      return datePartIndex !== null && isDatePartWord(name, body, scope)
        ? noLineage
        : resolveExpression(body, scope)
    case 'Wildcard':
      return name === 'COUNT' ? noLineage : expandArgumentStar(null, null, scope)
    case 'QualifiedWildcard':
      return expandArgumentStar(body, null, scope)
    case 'WildcardWithOptions':
      return name === 'COUNT' ? unknownSyntax('an argument') : expandArgumentStar(null, body, scope)
    default:
      return unknownSyntax('an argument')
  }
}

/** The parameters of a lambda stand for elements of the function's first argument. */
const elementsOf = (first: Json | undefined, self: Json | undefined, scope: Scope): Lineage => {
  if (first === undefined || !isObject(first) || first.Unnamed === self || !isObject(first.Unnamed))
    return noLineage
  return resolveExpression(first.Unnamed.Expr, scope)
}

/** Whether the word is a date part here: `DATEADD(day, …)`. */
const isDatePartWord = (name: string, expression: Json, scope: Scope): boolean => {
  if (!isObject(expression) || expression.Identifier === undefined) return false
  const identifier = readIdentifier(expression.Identifier)
  if (identifier.quote !== null || !datePartWords.has(identifier.name)) return false
  if (datePartArguments.get(name)?.rule === 'unless-column' && isColumn(identifier, scope)) return false
  scope.context.findings.visit(identifier)
  return true
}

const isColumn = ({ name }: Identifier, scope: Scope): boolean => {
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    if (at.parameters?.has(name) || at.merged.has(name) || at.aliases?.find(name)) return true
    if (at.relations.some(({ columns }) => columns.some((column) => column.name === name))) return true
  }
  return false
}
