import { datePartArguments } from '../functions/date-part-arguments.ts'
import { datePartWords } from '../lexer/keywords.ts'
import { type Identifier, readIdentifier } from '../parser/identifier-node.ts'
import { isObject, type Json, listOf, openNode, unknownSyntax, variantOf } from '../parser/node.ts'
import { textType } from '../types/sql-type.ts'
import { resolveExpression } from './expression.ts'
import { resolveLambda } from './lambda.ts'
import { type Lineage, noLineage } from './lineage.ts'
import { columnsNamed, type Scope } from './scope.ts'
import { expandArgumentStar } from './star.ts'
import { resolveSubquery } from './subquery.ts'
import { constantOf, type Value } from './value.ts'
import { resolveOrdering } from './window.ts'

export interface ResolvedArguments {
  readonly values: readonly Value[]
  /** DISTINCT in front of the arguments. */
  readonly isDistinct: boolean
  /** ORDER BY inside of the parentheses. */
  readonly ordering: readonly Lineage[]
}

/** Where an argument stands. */
interface Call {
  readonly name: string
  readonly isDistinct: boolean
  readonly parameters: readonly Json[]
}

const LIST_FIELDS = new Set(['args', 'clauses', 'duplicate_treatment'])

/** The plain arguments of a call, or null for a call in another form. */
export const plainArguments = (value: Json | undefined): readonly Json[] | null => {
  const { name, body } = variantOf(value, 'arguments')
  if (name === 'None') return []
  return name === 'List' ? listOf(openNode(body, 'arguments', LIST_FIELDS).args, 'arguments') : null
}

/** The values of everything between the parentheses of a call. */
export const resolveArguments = (name: string, value: Json | undefined, scope: Scope): ResolvedArguments => {
  const { name: form, body } = variantOf(value, 'arguments')
  switch (form) {
    case 'None':
      return { values: [], isDistinct: false, ordering: [] }
    case 'Subquery':
      return { values: [resolveSubquery(body, scope)], isDistinct: false, ordering: [] }
    case 'List': {
      const node = openNode(body, 'arguments', LIST_FIELDS)
      const parameters = listOf(node.args, 'arguments')
      const call: Call = { name, isDistinct: node.duplicate_treatment === 'Distinct', parameters }
      const values: Value[] = []
      for (const [index, parameter] of parameters.entries())
        values.push(...resolveParameter(parameter, index, call, scope))
      return {
        values,
        isDistinct: call.isDistinct,
        ordering: listOf(node.clauses, 'arguments').map((clause) => resolveClause(clause, scope)),
      }
    }
    default:
      return unknownSyntax('arguments')
  }
}

const resolveClause = (clause: Json, scope: Scope): Lineage => {
  const { name, body } = variantOf(clause, 'an argument clause')
  if (name === 'IgnoreOrRespectNulls') return noLineage
  if (name !== 'OrderBy') return unknownSyntax('an argument clause')
  const ordering = scope.context.findings.at('order', () => resolveOrdering(body, scope))
  scope.context.findings.use('order', ordering, 'order')
  return ordering
}

const NAMED_FIELDS = new Set(['name', 'arg'])
const NAMED_IDLE = new Set(['operator'])

const resolveParameter = (parameter: Json, index: number, call: Call, scope: Scope): readonly Value[] => {
  const { name, body } = variantOf(parameter, 'an argument')
  if (name === 'Unnamed') return resolveArgument(body, index, call, scope)
  if (name !== 'Named') return unknownSyntax('an argument')
  const node = openNode(body, 'an argument', NAMED_FIELDS, NAMED_IDLE)
  scope.context.findings.visit(readIdentifier(node.name))
  return resolveArgument(node.arg, null, call, scope)
}

/** @param index - the position of an argument without a name */
const resolveArgument = (
  value: Json | undefined,
  index: number | null,
  call: Call,
  scope: Scope,
): readonly Value[] => {
  const { name, body } = variantOf(value, 'an argument')
  switch (name) {
    case 'Expr':
      if (isObject(body) && 'Lambda' in body) {
        return [resolveLambda(body.Lambda, scope, index === 0 ? noLineage : elementsOf(call, scope))]
      }
      return [datePart(body, index, call, scope) ?? resolveExpression(body, scope)]
    case 'Wildcard':
      // COUNT(*) counts rows and looks at no column; COUNT(DISTINCT *) compares all of them.
      return call.name === 'COUNT' && !call.isDistinct ? [] : expandArgumentStar(null, null, scope)
    case 'QualifiedWildcard':
      return expandArgumentStar(body, null, scope)
    case 'WildcardWithOptions':
      return expandArgumentStar(null, body, scope)
    default:
      return unknownSyntax('an argument')
  }
}

/** The parameters of a lambda stand for elements of the first argument. */
const elementsOf = ({ parameters }: Call, scope: Scope): Lineage => {
  const { name, body } = variantOf(parameters[0], 'an argument')
  return name === 'Unnamed' && isObject(body)
    ? resolveExpression(body.Expr, scope).lineage
    : unknownSyntax('an argument')
}

/** The word of a date part: `DATEADD(day, …)`. */
const datePart = (expression: Json, index: number | null, { name }: Call, scope: Scope): Value | null => {
  const argument = datePartArguments.get(name)
  if (argument === undefined || argument.index !== index) return null
  if (!isObject(expression) || expression.Identifier === undefined) return null
  const identifier = readIdentifier(expression.Identifier)
  if (identifier.quote !== null || !datePartWords.has(identifier.name)) return null
  if (argument.rule === 'unless-column' && isColumn(identifier, scope)) return null
  scope.context.findings.visit(identifier)
  return constantOf(textType, identifier.name)
}

const isColumn = ({ name }: Identifier, scope: Scope): boolean => {
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    if (at.parameters?.has(name) || at.merged.has(name) || at.aliases?.has(name)) return true
    if (at.relations.some((relation) => columnsNamed(relation, name).length > 0)) return true
  }
  return false
}
