import { readIdentifier, readWritten } from '../parser/identifier-node.ts'
import { isAbsent, isObject, type Json, listOf, openNode, unknownSyntax, variantOf } from '../parser/node.ts'
import { resolveCast, visitType } from './cast.ts'
import { resolveColumn } from './column-reference.ts'
import { resolveFunction } from './function-call.ts'
import { resolveFieldAccess, resolveJsonAccess } from './json-access.ts'
import { deriveThrough, type Lineage, mergeLineages, noLineage, passThrough } from './lineage.ts'
import { resolveLiteral } from './literal.ts'
import { resolveBinaryChain, resolveUnary } from './operator.ts'
import type { Scope } from './scope.ts'
import { resolveQuantified, resolveSubquery } from './subquery.ts'

type Resolver = (body: Json, scope: Scope) => Lineage

/** An expression whose operands all end up in a computed value. */
const computed = (label: string, fields: readonly string[], idle: readonly string[] = []): Resolver => {
  const handled = new Set(fields)
  const ignored = new Set(idle)
  return (body, scope) => {
    const node = openNode(body, label, handled, ignored)
    return deriveThrough(mergeLineages(fields.map((field) => resolveOptional(node[field], scope))), label)
  }
}

/** The same for a variant that holds its operand, or a list of them, directly. */
const computedFrom =
  (label: string): Resolver =>
  (body, scope) =>
    deriveThrough(mergeLineages(resolveAll(Array.isArray(body) ? body : [body], scope)), label)

const CASE_FIELDS = new Set(['operand', 'conditions', 'else_result'])
const WHEN_FIELDS = new Set(['condition', 'result'])
const resolveCase: Resolver = (body, scope) => {
  const node = openNode(body, 'CASE', CASE_FIELDS)
  const branches = listOf(node.conditions, 'CASE').flatMap((when) => {
    const { condition, result } = openNode(when, 'WHEN', WHEN_FIELDS)
    return [condition!, result!]
  })
  const parts = [resolveOptional(node.operand, scope), ...resolveAll(branches, scope)]
  return deriveThrough(mergeLineages([...parts, resolveOptional(node.else_result, scope)]), 'CASE')
}

const TRIM_FIELDS = new Set(['expr', 'trim_what', 'trim_characters'])
const TRIM_IDLE = new Set(['trim_where'])
/** TRIM of blanks gives the value back; TRIM of chosen characters can cut digits off. */
const resolveTrim: Resolver = (body, scope) => {
  const node = openNode(body, 'TRIM', TRIM_FIELDS, TRIM_IDLE)
  scope.context.findings.functions.add('TRIM')
  const value = resolveExpression(node.expr, scope)
  if (isAbsent(node.trim_what) && isAbsent(node.trim_characters)) return passThrough(value, 'TRIM')
  const characters = resolveAll(listOf(node.trim_characters, 'TRIM'), scope)
  return deriveThrough(mergeLineages([value, resolveOptional(node.trim_what, scope), ...characters]), 'TRIM')
}

/** A function that the parser has a node of its own for. */
const builtIn = (name: string, fields: readonly string[], idle: readonly string[] = []): Resolver => {
  const resolve = computed(name, fields, idle)
  return (body, scope) => {
    scope.context.findings.functions.add(name)
    return resolve(body, scope)
  }
}

const SUBSTRING_FIELDS = new Set(['expr', 'substring_from', 'substring_for'])
const SUBSTRING_IDLE = new Set(['special', 'shorthand'])
/** A text in the place of a number is converted, which fails for some texts: as a CAST does. */
const resolveSubstring: Resolver = (body, scope) => {
  const node = openNode(body, 'SUBSTRING', SUBSTRING_FIELDS, SUBSTRING_IDLE)
  scope.context.findings.functions.add('SUBSTRING')
  const places = [node.substring_from, node.substring_for].map((place) =>
    deriveThrough(resolveOptional(place, scope), 'CAST'),
  )
  return deriveThrough(mergeLineages([resolveExpression(node.expr, scope), ...places]), 'SUBSTRING')
}

const EXTRACT_FIELDS = new Set(['field', 'expr'])
const EXTRACT_IDLE = new Set(['syntax'])
const resolveExtract: Resolver = (body, scope) => {
  const node = openNode(body, 'EXTRACT', EXTRACT_FIELDS, EXTRACT_IDLE)
  scope.context.findings.functions.add('EXTRACT')
  visitDatePart(node.field, scope)
  return deriveThrough(resolveExpression(node.expr, scope), 'EXTRACT')
}

/** Date parts are words of the parser, or names where it does not know them. */
const visitDatePart = (field: Json | undefined, scope: Scope): void => {
  if (typeof field === 'string') return
  const { name, body } = variantOf(field, 'a date part')
  if (name === 'Custom') scope.context.findings.visit(readIdentifier(body))
  else if (name === 'Week' && body !== null) scope.context.findings.visit(readIdentifier(body))
}

const ROUND_FIELDS = new Set(['expr', 'field'])
const resolveRounding =
  (name: string): Resolver =>
  (body, scope) => {
    const node = openNode(body, name, ROUND_FIELDS)
    scope.context.findings.functions.add(name)
    const { name: kind, body: detail } = variantOf(node.field, name)
    if (kind === 'DateTimeField') visitDatePart(detail, scope)
    else if (kind !== 'Scale') return unknownSyntax(name)
    const scale =
      kind === 'Scale' ? resolveLiteral(openNode(detail, name, LITERAL_FIELDS).value, scope) : noLineage
    return deriveThrough(mergeLineages([resolveExpression(node.expr, scope), scale]), name)
  }
const LITERAL_FIELDS = new Set(['value'])

const resolveDictionary: Resolver = (body, scope) =>
  deriveThrough(
    mergeLineages(
      listOf(body, 'an object').map((entry) => {
        const node = openNode(entry, 'an object', DICTIONARY_FIELDS)
        const key = readWritten(node.key)
        if (key.quote !== "'") return unknownSyntax('an object key')
        return resolveExpression(node.value, scope)
      }),
    ),
    'OBJECT_CONSTRUCT',
  )
const DICTIONARY_FIELDS = new Set(['key', 'value'])

const COLLATE_FIELDS = new Set(['expr'])
const COLLATE_IDLE = new Set(['collation'])
const PREFIXED_FIELDS = new Set(['prefix', 'value'])
const TYPED_FIELDS = new Set(['data_type', 'value'])
const INTERVAL_FIELDS = new Set(['value'])
const INTERVAL_IDLE = new Set([
  'leading_field',
  'last_field',
  'leading_precision',
  'fractional_seconds_precision',
])

const likeFields = ['expr', 'pattern', 'escape_char'] as const
const likeIdle = ['negated', 'any', 'all', 'regexp'] as const

/**
 * One resolver for each expression of the parser that is understood; every other one is refused.
 * Made on first use, because an expression may hold a query and the other way round, and so may their modules.
 */
const createResolvers = (): ReadonlyMap<string, Resolver> =>
  new Map<string, Resolver>([
    ['Identifier', (body, scope) => resolveColumn([readIdentifier(body)], scope)],
    [
      'CompoundIdentifier',
      (body, scope) => resolveColumn(listOf(body, 'a column').map(readIdentifier), scope),
    ],
    ['Value', (body, scope) => resolveLiteral(openNode(body, 'a literal', LITERAL_FIELDS).value, scope)],
    [
      'TypedString',
      (body, scope) => {
        const node = openNode(body, 'a typed literal', TYPED_FIELDS, new Set(['uses_odbc_syntax']))
        visitType(node.data_type, scope)
        return noLineage
      },
    ],
    [
      'Interval',
      (body, scope) =>
        resolveExpression(openNode(body, 'INTERVAL', INTERVAL_FIELDS, INTERVAL_IDLE).value, scope),
    ],
    ['Nested', (body, scope) => resolveExpression(body, scope)],
    ['BinaryOp', resolveBinaryChain],
    ['UnaryOp', resolveUnary],
    ['Prior', (body, scope) => passThrough(resolveExpression(body, scope), 'PRIOR')],
    [
      'Prefixed',
      (body, scope) => {
        const node = openNode(body, 'a prefix', PREFIXED_FIELDS)
        const prefix = readIdentifier(node.prefix)
        scope.context.findings.visit(prefix)
        if (prefix.name !== 'CONNECT_BY_ROOT') return unknownSyntax('a prefix')
        scope.context.findings.functions.add('CONNECT_BY_ROOT')
        return passThrough(resolveExpression(node.value, scope), 'CONNECT_BY_ROOT')
      },
    ],
    ['IsNull', computedFrom('IS')],
    ['IsNotNull', computedFrom('IS')],
    ['IsTrue', computedFrom('IS')],
    ['IsNotTrue', computedFrom('IS')],
    ['IsFalse', computedFrom('IS')],
    ['IsNotFalse', computedFrom('IS')],
    ['IsUnknown', computedFrom('IS')],
    ['IsNotUnknown', computedFrom('IS')],
    ['IsDistinctFrom', computedFrom('IS')],
    ['IsNotDistinctFrom', computedFrom('IS')],
    ['Between', computed('BETWEEN', ['expr', 'low', 'high'], ['negated'])],
    [
      'InList',
      (body, scope) => {
        const node = openNode(body, 'IN', IN_FIELDS, IN_IDLE)
        const list = resolveAll(listOf(node.list, 'IN'), scope)
        return deriveThrough(mergeLineages([resolveExpression(node.expr, scope), ...list]), 'IN')
      },
    ],
    [
      'InSubquery',
      (body, scope) => {
        const node = openNode(body, 'IN', IN_SUBQUERY_FIELDS, IN_IDLE)
        const parts = [resolveExpression(node.expr, scope), resolveSubquery(node.subquery, scope)]
        return deriveThrough(mergeLineages(parts), 'IN')
      },
    ],
    [
      'Exists',
      (body, scope) => {
        // Whether there are rows is told by the subquery's own filters, which are recorded as uses.
        resolveSubquery(openNode(body, 'EXISTS', EXISTS_FIELDS, IN_IDLE).subquery, scope)
        return noLineage
      },
    ],
    ['Subquery', (body, scope) => resolveSubquery(body, scope)],
    ['AnyOp', resolveQuantified('ANY')],
    ['AllOp', resolveQuantified('ALL')],
    ['Like', computed('LIKE', likeFields, likeIdle)],
    ['ILike', computed('ILIKE', likeFields, likeIdle)],
    ['RLike', computed('RLIKE', likeFields, likeIdle)],
    ['SimilarTo', computed('SIMILAR TO', likeFields, likeIdle)],
    ['Case', resolveCase],
    ['Cast', resolveCast],
    [
      'Collate',
      (body, scope) => resolveExpression(openNode(body, 'COLLATE', COLLATE_FIELDS, COLLATE_IDLE).expr, scope),
    ],
    ['AtTimeZone', computed('AT TIME ZONE', ['timestamp', 'time_zone'])],
    ['Extract', resolveExtract],
    ['Ceil', resolveRounding('CEIL')],
    ['Floor', resolveRounding('FLOOR')],
    ['Position', builtIn('POSITION', ['expr', 'in'])],
    ['Substring', resolveSubstring],
    ['Overlay', builtIn('OVERLAY', ['expr', 'overlay_what', 'overlay_from', 'overlay_for'])],
    ['Trim', resolveTrim],
    ['Tuple', (body, scope) => mergeLineages(resolveAll(listOf(body, 'a list'), scope))],
    [
      'Array',
      (body, scope) => {
        const node = openNode(body, 'an array', ARRAY_FIELDS, ARRAY_IDLE)
        return deriveThrough(
          mergeLineages(resolveAll(listOf(node.elem, 'an array'), scope)),
          'ARRAY_CONSTRUCT',
        )
      },
    ],
    ['Dictionary', resolveDictionary],
    ['JsonAccess', resolveJsonAccess],
    ['CompoundFieldAccess', resolveFieldAccess],
    ['Function', resolveFunction],
  ])
let resolvers: ReadonlyMap<string, Resolver> | null = null

const IN_FIELDS = new Set(['expr', 'list'])
const IN_SUBQUERY_FIELDS = new Set(['expr', 'subquery'])
const EXISTS_FIELDS = new Set(['subquery'])
const IN_IDLE = new Set(['negated'])
const ARRAY_FIELDS = new Set(['elem'])
const ARRAY_IDLE = new Set(['named'])

/**
 * The base columns that an expression's value comes from. Records on the way what its parts read and use.
 * @throws Refusal for what is not understood
 */
export const resolveExpression = (value: Json | undefined, scope: Scope): Lineage => {
  const { name, body } = variantOf(value, 'an expression')
  resolvers ??= createResolvers()
  const resolve = resolvers.get(name)
  if (resolve === undefined) return unknownSyntax(`expression ${name}`)
  const lineage = resolve(body, scope)
  scope.context.findings.spend(1 + lineage.size)
  return lineage
}

export const resolveAll = (values: readonly Json[], scope: Scope): readonly Lineage[] =>
  values.map((value) => resolveExpression(value, scope))

/** An operand that may be missing, a literal of the parser's, or an expression. */
export const resolveOptional = (value: Json | undefined, scope: Scope): Lineage => {
  if (isAbsent(value)) return noLineage
  if (isObject(value) && 'value' in value && 'span' in value) return resolveLiteral(value.value, scope)
  return resolveExpression(value, scope)
}
