import { callOutcome } from '../functions/function-table.ts'
import { readIdentifier, readWritten } from '../parser/identifier-node.ts'
import { isAbsent, isObject, type Json, listOf, openNode, unknownSyntax, variantOf } from '../parser/node.ts'
import { literalFits } from '../types/literal-fits.ts'
import { booleanType, integerType, type SqlType, textType, unknownType } from '../types/sql-type.ts'
import { resolveCase } from './case.ts'
import { readType, resolveCast, visitType } from './cast.ts'
import { resolveColumn } from './column-reference.ts'
import { compared, compute, derived } from './compute.ts'
import { equatedToQuery } from './equated.ts'
import { resolveFunction } from './function-call.ts'
import { resolveFieldAccess, resolveJsonAccess } from './json-access.ts'
import { convertThrough, deriveThrough, mergeLineages, passThrough, presenceThrough } from './lineage.ts'
import { resolveLiteral } from './literal.ts'
import { stringLiteral } from './object-name.ts'
import { resolveBinaryChain, resolveUnary } from './operator.ts'
import type { Scope } from './scope.ts'
import { resolveQuantified, resolveSubquery } from './subquery.ts'
import { constantOf, nullConstant, rootless, type Value } from './value.ts'

type Resolver = (body: Json, scope: Scope) => Value

/** An expression whose operands all end up in a computed value. */
const computed = (label: string, fields: readonly string[], idle: readonly string[] = []): Resolver => {
  const handled = new Set(fields)
  const ignored = new Set(idle)
  return (body, scope) => {
    const node = openNode(body, label, handled, ignored)
    const operands = fields
      .filter((field) => !isAbsent(node[field]))
      .map((field) => resolveOptional(node[field], scope))
    return compute(label, operands, scope)
  }
}

/** `IS NULL`, which every mask shows anyway. */
const isPresent: Resolver = (body, scope) => {
  const operand = resolveExpression(body, scope)
  return compute('IS', [operand], scope, presenceThrough(operand.lineage, 'IS'))
}

/** `IS TRUE` and its kin: of a condition, which may be NULL. */
const isTrue: Resolver = (body, scope) => {
  const operands = [resolveExpression(body, scope)]
  return compute('NOT', operands, scope, deriveThrough(derived(operands, 'NOT'), 'IS'))
}

const BETWEEN_FIELDS = new Set(['expr', 'low', 'high'])
const NEGATED = new Set(['negated'])
const resolveBetween: Resolver = (body, scope) => {
  const node = openNode(body, 'BETWEEN', BETWEEN_FIELDS, NEGATED)
  const operands = resolveAll([node.expr!, node.low!, node.high!], scope)
  return compute('BETWEEN', operands, scope, compared(operands, 'BETWEEN'))
}

const TRIM_FIELDS = new Set(['expr', 'trim_what', 'trim_characters'])
/**
 * TRIM makes another text: what ends a value moves, and with it what a mask of the end shows. Snowflake has no LEADING,
 * TRAILING and BOTH in it: `trim(both - 1)` computes with a column.
 */
const resolveTrim: Resolver = (body, scope) => {
  const node = openNode(body, 'TRIM', TRIM_FIELDS)
  scope.context.findings.functions.add('TRIM')
  const what = isAbsent(node.trim_what) ? [] : [resolveOptional(node.trim_what, scope)]
  const characters = resolveAll(listOf(node.trim_characters, 'TRIM'), scope)
  return compute('TRIM', [resolveExpression(node.expr, scope), ...what, ...characters], scope)
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
const resolveSubstring: Resolver = (body, scope) => {
  const node = openNode(body, 'SUBSTRING', SUBSTRING_FIELDS, SUBSTRING_IDLE)
  scope.context.findings.functions.add('SUBSTRING')
  const places = [node.substring_from, node.substring_for]
    .filter((place) => !isAbsent(place))
    .map((place) => resolveOptional(place, scope))
  return compute('SUBSTRING', [resolveExpression(node.expr, scope), ...places], scope)
}

const EXTRACT_FIELDS = new Set(['field', 'expr'])
const EXTRACT_IDLE = new Set(['syntax'])
const resolveExtract: Resolver = (body, scope) => {
  const node = openNode(body, 'EXTRACT', EXTRACT_FIELDS, EXTRACT_IDLE)
  scope.context.findings.functions.add('EXTRACT')
  visitDatePart(node.field, scope)
  const operand = resolveExpression(node.expr, scope)
  const outcome = callOutcome('EXTRACT', [operand])
  // Seconds since the epoch, and what the parser has no word for, may have more digits than the parts of a date.
  const isSmall = typeof node.field === 'string' && !/^epoch/i.test(node.field)
  return compute(
    'EXTRACT',
    [operand],
    scope,
    undefined,
    isSmall ? outcome : { ...outcome, type: integerType },
  )
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
    const operand = resolveExpression(node.expr, scope)
    if (kind !== 'Scale') return compute(name, [operand], scope)
    return compute(
      'ROUND',
      [operand, resolveLiteral(openNode(detail, name, LITERAL_FIELDS).value, scope)],
      scope,
    )
  }
const LITERAL_FIELDS = new Set(['value'])

const resolveDictionary: Resolver = (body, scope) =>
  compute(
    'OBJECT_CONSTRUCT',
    listOf(body, 'an object').flatMap((entry) => {
      const node = openNode(entry, 'an object', DICTIONARY_FIELDS)
      const key = readWritten(node.key)
      if (key.quote !== "'") return unknownSyntax('an object key')
      return [constantOf(textType, key.name), resolveExpression(node.value, scope)]
    }),
    scope,
  )
const DICTIONARY_FIELDS = new Set(['key', 'value'])

const COLLATE_FIELDS = new Set(['expr', 'collation'])

/** A collation is a string. A word is none, but what follows an alias that is called COLLATE. */
const checkCollation = (collation: Json | undefined): void => {
  const [part, ...others] = listOf(collation, 'COLLATE')
  const written = readWritten(isObject(part) ? part.Identifier : undefined)
  if (written.quote !== "'" || others.length > 0) unknownSyntax('COLLATE')
}

const PREFIXED_FIELDS = new Set(['prefix', 'value'])
/** Source: Snowflake, Date and time constants. */
const isTypeOfLiterals = (written: Json | undefined, { family }: SqlType): boolean =>
  /^(?:date|time|timestamp)/.test(family) || /^timestamp/i.test(variantOf(written, 'a type').name)

const TYPED_FIELDS = new Set(['data_type', 'value'])
const INTERVAL_FIELDS = new Set(['value'])
const INTERVAL_IDLE = new Set([
  'leading_field',
  'last_field',
  'leading_precision',
  'fractional_seconds_precision',
])

/** A value of another row of the hierarchy. */
const ofAnotherRow =
  (name: string): Resolver =>
  (body, scope) => {
    const operand = resolveExpression(body, scope)
    return compute(name, [operand], scope, passThrough(operand.lineage, name))
  }

/** `(a, b)` beside `IN`: its parts are compared one by one, and their types with those of the other side. */
const resolveTuple: Resolver = (body, scope) => {
  const parts = resolveAll(listOf(body, 'a list'), scope)
  return {
    type: unknownType,
    lineage: mergeLineages(parts.map(({ lineage }) => lineage)),
    isConstant: parts.every(({ isConstant }) => isConstant),
    mayFail: parts.some(({ mayFail }) => mayFail),
  }
}

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
        // `json:a` is a path into a column, and not a literal of a bind.
        if (stringLiteral({ Value: node.value! }) === null)
          return unknownSyntax('a typed literal without a string')
        visitType(node.data_type, scope)
        const type = readType(node.data_type)
        // Of every other type the word may be a column, and the string its alias.
        if (!isTypeOfLiterals(node.data_type, type)) return unknownSyntax('a string behind a type')
        const { literal } = resolveLiteral(openNode(node.value, 'a literal', LITERAL_FIELDS).value, scope)
        return { ...constantOf(type), mayFail: !literalFits(literal, type) }
      },
    ],
    [
      'Interval',
      (body, scope) => {
        const node = openNode(body, 'INTERVAL', INTERVAL_FIELDS, INTERVAL_IDLE)
        if (stringLiteral(node.value) === null) return unknownSyntax('INTERVAL without a string')
        return { ...resolveExpression(node.value, scope), type: unknownType }
      },
    ],
    ['Nested', (body, scope) => resolveExpression(body, scope)],
    ['BinaryOp', resolveBinaryChain],
    ['UnaryOp', resolveUnary],
    ['Prior', ofAnotherRow('PRIOR')],
    [
      'Prefixed',
      (body, scope) => {
        const node = openNode(body, 'a prefix', PREFIXED_FIELDS)
        const prefix = readIdentifier(node.prefix)
        scope.context.findings.visit(prefix)
        if (prefix.name !== 'CONNECT_BY_ROOT' || !scope.isHierarchical) return unknownSyntax('a prefix')
        scope.context.findings.functions.add('CONNECT_BY_ROOT')
        return ofAnotherRow('CONNECT_BY_ROOT')(node.value!, scope)
      },
    ],
    ['IsNull', isPresent],
    ['IsNotNull', isPresent],
    ['IsTrue', isTrue],
    ['IsNotTrue', isTrue],
    ['IsFalse', isTrue],
    ['IsNotFalse', isTrue],
    ['IsUnknown', isTrue],
    ['IsNotUnknown', isTrue],
    ['Between', resolveBetween],
    [
      'InList',
      (body, scope) => {
        const node = openNode(body, 'IN', IN_FIELDS, IN_IDLE)
        const operands = [resolveExpression(node.expr, scope), ...resolveAll(listOf(node.list, 'IN'), scope)]
        return compute('IN', operands, scope, compared(operands, 'IN'))
      },
    ],
    [
      'InSubquery',
      (body, scope) => {
        const node = openNode(body, 'IN', IN_SUBQUERY_FIELDS, IN_IDLE)
        const operands = [resolveExpression(node.expr, scope), resolveSubquery(node.subquery, scope)]
        const lineage =
          node.negated === false ? equatedToQuery(operands, scope) : compared(operands, 'NOT IN')
        return compute('IN', operands, scope, lineage)
      },
    ],
    [
      'Exists',
      (body, scope) => {
        // Whether there are rows is told by the subquery's own filters, which are recorded as uses.
        resolveSubquery(openNode(body, 'EXISTS', EXISTS_FIELDS, IN_IDLE).subquery, scope)
        return { ...rootless(booleanType), mayFail: true }
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
      (body, scope) => {
        const node = openNode(body, 'COLLATE', COLLATE_FIELDS)
        checkCollation(node.collation)
        const value = resolveExpression(node.expr, scope)
        // The value itself, which is equal to others by other rules: `Smith` and `SMITH` become one.
        return { ...value, lineage: convertThrough(passThrough(value.lineage, 'COLLATE'), 'none') }
      },
    ],
    ['AtTimeZone', computed('AT TIME ZONE', ['timestamp', 'time_zone'])],
    ['Extract', resolveExtract],
    ['Ceil', resolveRounding('CEIL')],
    ['Floor', resolveRounding('FLOOR')],
    ['Position', builtIn('POSITION', ['expr', 'in'])],
    ['Substring', resolveSubstring],
    ['Overlay', builtIn('OVERLAY', ['expr', 'overlay_what', 'overlay_from', 'overlay_for'])],
    ['Trim', resolveTrim],
    ['Tuple', resolveTuple],
    [
      'Array',
      (body, scope) => {
        const node = openNode(body, 'an array', ARRAY_FIELDS, ARRAY_IDLE)
        // Snowflake has no ARRAY in front of an array: it is a column of that name, and what follows an index.
        if (node.named === true) return unknownSyntax('ARRAY in front of an array')
        return compute('ARRAY_CONSTRUCT', resolveAll(listOf(node.elem, 'an array'), scope), scope)
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
 * Where an expression's value comes from, and of what type it is. Records on the way what its parts read, use and
 * compute.
 * @throws Refusal for what is not understood
 */
export const resolveExpression = (value: Json | undefined, scope: Scope): Value => {
  const { name, body } = variantOf(value, 'an expression')
  resolvers ??= createResolvers()
  const resolve = resolvers.get(name)
  if (resolve === undefined) return unknownSyntax(`expression ${name}`)
  const resolved = resolve(body, scope)
  scope.context.findings.spend(1 + resolved.lineage.size)
  return scope.pinning.has(value!) ? { ...resolved, failsByPin: true } : resolved
}

export const resolveAll = (values: readonly Json[], scope: Scope): readonly Value[] =>
  values.map((value) => resolveExpression(value, scope))

/** An operand that may be missing, a literal of the parser's, or an expression. */
export const resolveOptional = (value: Json | undefined, scope: Scope): Value => {
  if (isAbsent(value)) return nullConstant
  if (isObject(value) && 'value' in value && 'span' in value) return resolveLiteral(value.value, scope)
  return resolveExpression(value, scope)
}
