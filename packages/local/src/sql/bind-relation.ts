import { encodeName } from '../dictionary/identifier.ts'
import { fixed, text, variant } from '../dictionary/snow-type.ts'
import { unsupported } from '../snowflake-error.ts'
import type { Binder } from './binder.ts'
import { type BoundColumn, type Relation, renameColumns, Scope } from './scope.ts'
import {
  asList,
  asNodes,
  call,
  foldName,
  identifier,
  isIdentifier,
  isObject,
  numberLiteral,
  numberOf,
  payloadOf,
  replaceNode,
  type SyntaxNode,
  stringLiteral,
  stringOf,
} from './syntax-tree.ts'
import { jsonPath } from './themes/variants.ts'

const flattenColumns: readonly BoundColumn[] = [
  { name: 'SEQ', type: fixed(), origin: null, nullable: false },
  { name: 'KEY', type: text(), origin: null, nullable: true },
  { name: 'PATH', type: text(), origin: null, nullable: true },
  { name: 'INDEX', type: fixed(), origin: null, nullable: true },
  { name: 'VALUE', type: variant, origin: null, nullable: true },
  { name: 'THIS', type: variant, origin: null, nullable: true },
]

/**
 * Binds one item of a FROM clause. `lateral` sees the items before it, `outer` does not.
 *
 * @throws SnowflakeError for a form that is not known: nothing in FROM passes unread
 */
export const bindRelation = (binder: Binder, node: SyntaxNode, lateral: Scope, outer: Scope): Relation => {
  mergeAlias(node)
  const table = payloadOf(node, 'table')
  if (table) return bindTable(binder, table, outer)
  const values = payloadOf(node, 'values')
  if (values) nestValues(node, values)
  const subquery = payloadOf(node, 'subquery')
  if (subquery) {
    if (payloadOf(subquery.this, 'values'))
      return bindValues(binder, subquery, subquery.lateral ? lateral : outer)
    if (subquery.pivots && asList(subquery.pivots).length > 0)
      throw unsupported('PIVOT on a subquery of this form')
    const columns = binder.bindQuery(node, subquery.lateral ? lateral : outer)
    const name = isIdentifier(subquery.alias) ? foldName(subquery.alias) : null
    return { name, columns: renameColumns(columns, subquery.column_aliases) }
  }
  const alias = payloadOf(node, 'alias')
  if (alias) return bindAliased(binder, node, alias, lateral, outer)
  const lateralFunction = payloadOf(node, 'lateral')
  if (lateralFunction) {
    const name = typeof lateralFunction.alias === 'string' ? lateralFunction.alias : null
    const quoted = lateralFunction.alias_quoted === true
    const given = name === null ? null : identifier(quoted ? name : name.toUpperCase())
    return bindTableFunction(binder, node, lateralFunction.this as SyntaxNode, given, [], lateral)
  }
  const direct = payloadOf(node, 'function')
  if (direct) return bindTableFunction(binder, node, node, null, [], lateral)
  const nested = payloadOf(node, 'joined_table')
  if (nested) return bindNestedJoin(binder, nested, lateral, outer)
  const pivot = payloadOf(node, 'pivot') ?? payloadOf(node, 'unpivot')
  if (pivot) return bindPivot(binder, pivot, lateral, outer)
  throw unsupported('this kind of item in FROM')
}

/** Some statements have a table's alias around the table: it moves inside. */
export const mergeAlias = (node: SyntaxNode): void => {
  const alias = payloadOf(node, 'alias')
  const table = payloadOf(alias?.this, 'table')
  if (alias && table)
    replaceNode(node, { table: { ...table, alias: alias.alias, column_aliases: alias.column_aliases } })
}

const bindTable = (binder: Binder, table: SyntaxNode, scope: Scope): Relation => {
  if (table.when) throw unsupported('time travel')
  if (table.changes || table.version) throw unsupported('time travel')
  if (!isIdentifier(table.name)) throw unsupported('this kind of item in FROM')
  const sample = isObject(table.table_sample) ? table.table_sample : null
  if (sample && (sample.method !== 'Bernoulli' || sample.unit_after_size || sample.seed))
    throw unsupported('SAMPLE of this form')
  const parts = [table.catalog, table.schema, table.name].filter(isIdentifier).map(foldName)
  const alias = isIdentifier(table.alias) ? foldName(table.alias) : null
  const name = parts.at(-1) as string
  const common = parts.length === 1 ? scope.commonTable(name) : undefined
  const columns = common === undefined ? binder.placeTable(table, parts, 'SELECT') : common
  return { name: alias ?? name, columns: renameColumns(columns, table.column_aliases) }
}

const bindAliased = (
  binder: Binder,
  node: SyntaxNode,
  alias: SyntaxNode,
  lateral: Scope,
  outer: Scope,
): Relation => {
  const written = alias.this as SyntaxNode
  const inner = (payloadOf(written, 'lateral')?.this as SyntaxNode | undefined) ?? written
  const name = isIdentifier(alias.alias) ? foldName(alias.alias) : null
  if (payloadOf(inner, 'function')) {
    const given = name === null ? null : identifier(name)
    return bindTableFunction(binder, node, inner, given, asList(alias.column_aliases), lateral)
  }
  const { columns } = bindRelation(binder, inner, lateral, outer)
  return { name, columns: renameColumns(columns, alias.column_aliases) }
}

/** `(a JOIN b ON …)`: its relations keep their own names. */
const bindNestedJoin = (binder: Binder, nested: SyntaxNode, lateral: Scope, outer: Scope): Relation => {
  if (isIdentifier(nested.alias)) throw unsupported('a join in brackets with an alias')
  const scope = new Scope(lateral)
  scope.relations.push(bindRelation(binder, nested.left as SyntaxNode, scope, outer))
  for (const join of asNodes(nested.joins)) {
    scope.relations.push(bindRelation(binder, join.this as SyntaxNode, scope, outer))
    binder.visit(join.on, scope)
  }
  const last = scope.relations.pop() as Relation
  lateral.relations.push(...scope.relations)
  return last
}

/** `FROM VALUES (…)` is a subquery without its brackets. */
const nestValues = (node: SyntaxNode, values: SyntaxNode): void => {
  const { alias = null, column_aliases = [], ...rows } = values
  replaceNode(node, {
    subquery: {
      ...emptySubquery,
      this: { values: { ...rows, alias: null, column_aliases: [] } },
      alias,
      column_aliases,
      alias_explicit_as: true,
    },
  })
}

/** Snowflake names the columns of VALUES COLUMN1, COLUMN2, …. */
const bindValues = (binder: Binder, subquery: SyntaxNode, scope: Scope): Relation => {
  const values = payloadOf(subquery.this, 'values')
  const rows = asNodes(values?.expressions).map((row) => asNodes(row.expressions))
  binder.visit(rows, new Scope(scope))
  const given = asList(subquery.column_aliases).filter(isIdentifier)
  const columns = (rows[0] ?? []).map((_, index) => {
    const types = rows.map((row) => binder.typeOf(row[index]))
    const type = types.every((each) => each?.kind === types[0]?.kind) ? (types[0] ?? null) : null
    const plain = type?.kind === 'text' ? text() : type?.kind === 'fixed' ? null : type
    return { name: `COLUMN${index + 1}`, type: plain, origin: null, nullable: true }
  })
  subquery.column_aliases = columns.map(({ name }, index) => given[index] ?? binder.finalName(name))
  if (!isIdentifier(subquery.alias)) subquery.alias = binder.finalName('~values')
  const name = isIdentifier(subquery.alias) ? foldName(subquery.alias) : null
  return { name, columns: renameColumns(columns, given) }
}

const emptySubquery = {
  order_by: null,
  limit: null,
  offset: null,
  distribute_by: null,
  sort_by: null,
  cluster_by: null,
  lateral: false,
  modifiers_inside: false,
  trailing_comments: [],
}

/** Snowflake names a column of a pivot by its value as a literal, quotes included: `'JAN'`. */
const namePivotColumns = (binder: Binder, field: SyntaxNode): void => {
  for (const item of asNodes(payloadOf(field, 'in')?.expressions)) {
    const alias = payloadOf(item, 'pivot_alias')
    const given = payloadOf(alias?.alias, 'column')?.name
    const value = stringOf(alias ? alias.this : item) ?? numberOf(alias ? alias.this : item)
    if (value === null || (alias && !isIdentifier(given)))
      throw unsupported('PIVOT over anything but literals')
    const literal = stringOf(item) === null ? value : `'${value}'`
    const name = isIdentifier(given) ? foldName(given) : literal
    const literalNode = { ...((alias?.this as SyntaxNode | undefined) ?? item) }
    replaceNode(item, {
      pivot_alias: { this: literalNode, alias: { identifier: binder.finalName(encodeName(name)) } },
    })
  }
}

/** DuckDB makes the columns of a pivot, so only it knows them. */
const bindPivot = (binder: Binder, pivot: SyntaxNode, lateral: Scope, outer: Scope): Relation => {
  const inner = bindRelation(binder, pivot.this as SyntaxNode, lateral, outer)
  for (const field of asNodes(pivot.fields)) namePivotColumns(binder, field)
  lateral.relations.push({ name: null, columns: inner.columns })
  for (const [key, part] of Object.entries(pivot)) if (key !== 'this') binder.visit(part, lateral)
  lateral.relations.pop()
  return { name: isIdentifier(pivot.alias) ? foldName(pivot.alias) : inner.name, columns: null }
}

/** `FLATTEN(…)`, `TABLE(FLATTEN(…))`, `TABLE(RESULT_SCAN(…))` and the like. */
const bindTableFunction = (
  binder: Binder,
  node: SyntaxNode,
  source: SyntaxNode,
  alias: SyntaxNode | null,
  columnAliases: readonly unknown[],
  scope: Scope,
): Relation => {
  const outer = payloadOf(source, 'function')
  const wrapped = String(outer?.name).toUpperCase() === 'TABLE' ? asNodes(outer?.args)[0] : source
  const dotted = payloadOf(wrapped, 'dot') ?? payloadOf(wrapped, 'method_call')
  const inner = payloadOf(dotted?.field ?? wrapped, 'function') ?? payloadOf(wrapped, 'method_call')
  if (!inner) throw unsupported('this table function')
  const methodName = isIdentifier(inner.method) ? foldName(inner.method) : null
  const name = methodName ?? String(inner.name).toUpperCase()
  const args = asNodes(inner.args)
  if (name === 'GENERATOR') {
    const expression = call('snow_rows', generatorRows(args))
    replaceNode(node, aliasNode(expression, alias ?? binder.finalName('~generator'), columnAliases))
    return { name: alias ? String(alias.name) : null, columns: null }
  }
  if (name === 'FLATTEN') {
    const { columns, expression } = flattenCall(binder, args, scope)
    replaceNode(node, aliasNode(expression, alias ?? binder.finalName('~flatten'), columnAliases))
    return {
      name: alias ? String(alias.name) : null,
      columns: renameColumns(columns, columnAliases),
    }
  }
  const literals = args.map(
    (arg) => namedLiteral(arg) ?? stringOf(arg) ?? numberOf(arg) ?? contextValue(binder, arg),
  )
  if (literals.some((literal) => literal === null)) throw unsupported(`${name} with anything but literals`)
  const relation = binder.context.supplyFunction(name, literals as string[])
  if (!relation) throw unsupported(`the table function ${name}`)
  const marker = binder.finalName(binder.supply(relation))
  const table = { ...emptyTable, name: marker, alias: alias ?? binder.finalName('~function') }
  replaceNode(node, { table: { ...table, column_aliases: columnAliases } })
  const columns = relation.columns.map((column) => ({ ...column, origin: null, nullable: true }))
  return { name: alias ? String(alias.name) : null, columns: renameColumns(columns, columnAliases) }
}

/** `ROWCOUNT => n`, at most a million. */
const generatorRows = (args: readonly SyntaxNode[]): SyntaxNode => {
  const [named, ...more] = args.map((arg) => payloadOf(arg, 'named_argument'))
  const isCount = named && isIdentifier(named.name) && foldName(named.name) === 'ROWCOUNT'
  const count = isCount ? Number(numberOf(named.value) ?? Number.NaN) : Number.NaN
  if (more.length > 0 || !Number.isInteger(count) || count > 1_000_000)
    throw unsupported('GENERATOR of this form')
  return numberLiteral(count)
}

/** `NAME => 'text'`, `NAME => 1` or `NAME => TO_TIMESTAMP_LTZ('text')` as one text, `NAME=>text`. */
const namedLiteral = (arg: SyntaxNode): string | null => {
  const named = payloadOf(arg, 'named_argument')
  if (!named || !isIdentifier(named.name)) return null
  const moment = payloadOf(named.value, 'function')
  const isMoment = String(moment?.name).toUpperCase() === 'TO_TIMESTAMP_LTZ'
  const [text, ...more] = isMoment ? asNodes(moment?.args) : [named.value]
  const value = more.length > 0 ? null : (stringOf(text) ?? (isMoment ? null : numberOf(text)))
  return value === null ? null : `${foldName(named.name)}=>${value}`
}

/** `LAST_QUERY_ID()` as an argument of RESULT_SCAN. */
const contextValue = (binder: Binder, arg: SyntaxNode): string | null => {
  const inner = payloadOf(arg, 'function')
  if (!inner || asList(inner.args).some((item) => numberOf(item) === null && !payloadOf(item, 'neg')))
    return null
  const args = asNodes(inner.args).map(
    (item) => numberOf(item) ?? `-${numberOf(payloadOf(item, 'neg')?.this)}`,
  )
  const value = binder.context.contextFunction(String(inner.name).toUpperCase(), args)
  return value === undefined || value === null ? null : String(value)
}

const emptyTable = {
  schema: null,
  catalog: null,
  alias_explicit_as: true,
  column_aliases: [],
  trailing_comments: [],
  when: null,
  only: false,
  final_: false,
  hints: [],
}

const aliasNode = (
  expression: SyntaxNode,
  alias: SyntaxNode,
  columnAliases: readonly unknown[],
): SyntaxNode => ({
  alias: {
    this: expression,
    alias,
    column_aliases: columnAliases,
    alias_explicit_as: true,
    pre_alias_comments: [],
    trailing_comments: [],
  },
})

const flattenCall = (binder: Binder, args: readonly SyntaxNode[], scope: Scope) => {
  let input: unknown = null
  let keepEmpty = false
  let path: string | null = null
  for (const [index, arg] of args.entries()) {
    const named = payloadOf(arg, 'named_argument')
    const name = named && isIdentifier(named.name) ? foldName(named.name) : index === 0 ? 'INPUT' : ''
    const value = named ? named.value : arg
    if (name === 'INPUT') input = value
    else if (name === 'OUTER') keepEmpty = payloadOf(value, 'boolean')?.value === true
    else if (name === 'PATH') path = stringOf(value)
    else if (name === 'MODE' && stringOf(value)?.toUpperCase() === 'BOTH') continue
    else if (name === 'RECURSIVE' && payloadOf(value, 'boolean')?.value === false) continue
    else throw unsupported(`FLATTEN with the argument ${name || index + 1}`)
  }
  if (!isObject(input)) throw unsupported('FLATTEN without an input')
  binder.visit(input, scope)
  const source = path === null ? input : call('snow_path', input, stringLiteral(jsonPath(path)))
  return {
    columns: flattenColumns,
    expression: call(keepEmpty ? 'snow_flatten_outer' : 'snow_flatten', source),
  }
}
