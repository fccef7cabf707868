import { fixed, text, variant } from '../dictionary/snow-type.ts'
import { unsupported } from '../snowflake-error.ts'
import { type Binder, foldName, renameColumns } from './binder.ts'
import type { BoundColumn, Relation, Scope } from './scope.ts'
import {
  asList,
  asNodes,
  call,
  identifier,
  isIdentifier,
  isObject,
  numberOf,
  payloadOf,
  replaceNode,
  type SyntaxNode,
  stringOf,
} from './syntax-tree.ts'

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
  const table = payloadOf(node, 'table')
  if (table) return bindTable(binder, table, outer)
  const subquery = payloadOf(node, 'subquery')
  if (subquery) {
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
  const nested = payloadOf(node, 'joined_table') ?? payloadOf(node, 'paren')
  if (nested) return bindNestedJoin(binder, nested, lateral, outer)
  const pivot = payloadOf(node, 'pivot') ?? payloadOf(node, 'unpivot')
  if (pivot) return bindPivot(binder, pivot, lateral, outer)
  throw unsupported('this kind of item in FROM')
}

const bindTable = (binder: Binder, table: SyntaxNode, scope: Scope): Relation => {
  if (table.when) throw unsupported('time travel')
  if (table.changes || table.version) throw unsupported('time travel')
  if (!isIdentifier(table.name)) throw unsupported('this kind of item in FROM')
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
  const inner = alias.this as SyntaxNode
  const name = isIdentifier(alias.alias) ? foldName(alias.alias) : null
  if (payloadOf(inner, 'function')) {
    const given = name === null ? null : identifier(name)
    return bindTableFunction(binder, node, inner, given, asList(alias.column_aliases), lateral)
  }
  const { columns } = bindRelation(binder, inner, lateral, outer)
  return { name, columns: renameColumns(columns, alias.column_aliases) }
}

const bindNestedJoin = (binder: Binder, nested: SyntaxNode, lateral: Scope, outer: Scope): Relation => {
  throw unsupported(`a join in brackets${nested && lateral && outer && binder ? '' : ''}`)
}

/** DuckDB makes the columns of a pivot, so only it knows them. */
const bindPivot = (binder: Binder, pivot: SyntaxNode, lateral: Scope, outer: Scope): Relation => {
  const inner = bindRelation(binder, pivot.this as SyntaxNode, lateral, outer)
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
  if (name === 'FLATTEN') {
    const { columns, expression } = flattenCall(binder, args, scope)
    replaceNode(node, aliasNode(expression, alias ?? binder.finalName('~flatten'), columnAliases))
    return {
      name: alias ? String(alias.name) : null,
      columns: renameColumns(columns, columnAliases),
    }
  }
  const literals = args.map((arg) => stringOf(arg) ?? numberOf(arg) ?? contextValue(binder, arg))
  if (literals.some((literal) => literal === null)) throw unsupported(`${name} with anything but literals`)
  const relation = binder.context.supplyFunction(name, literals as string[])
  if (!relation) throw unsupported(`the table function ${name}`)
  const marker = binder.finalName(binder.supply(relation))
  const table = { ...emptyTable, name: marker, alias: alias ?? binder.finalName('~function') }
  replaceNode(node, { table: { ...table, column_aliases: columnAliases } })
  const columns = relation.columns.map((column) => ({ ...column, origin: null, nullable: true }))
  return { name: alias ? String(alias.name) : null, columns: renameColumns(columns, columnAliases) }
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
  for (const [index, arg] of args.entries()) {
    const named = payloadOf(arg, 'named_argument')
    const name = named && isIdentifier(named.name) ? foldName(named.name) : index === 0 ? 'INPUT' : ''
    const value = named ? named.value : arg
    if (name === 'INPUT') input = value
    else if (name === 'OUTER') keepEmpty = payloadOf(value, 'boolean')?.value === true
    else if (name === 'MODE' && stringOf(value)?.toUpperCase() === 'BOTH') continue
    else if (name === 'RECURSIVE' && payloadOf(value, 'boolean')?.value === false) continue
    else throw unsupported(`FLATTEN with the argument ${name || index + 1}`)
  }
  if (!isObject(input)) throw unsupported('FLATTEN without an input')
  binder.visit(input, scope)
  return {
    columns: flattenColumns,
    expression: call(keepEmpty ? 'snow_flatten_outer' : 'snow_flatten', input),
  }
}
