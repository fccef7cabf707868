import { encodeName } from '../dictionary/identifier.ts'
import { text } from '../dictionary/snow-type.ts'
import { unsupported } from '../snowflake-error.ts'
import type { Binder } from './binder.ts'
import { expandStar } from './expand-star.ts'
import { type BoundColumn, Scope } from './scope.ts'
import {
  asList,
  asNodes,
  foldName,
  isIdentifier,
  isObject,
  kindOf,
  numberLiteral,
  payloadOf,
  replaceNode,
  type SyntaxNode,
} from './syntax-tree.ts'
import { castTo } from './themes/casts.ts'

const clausesAfterList = [
  'where_clause',
  'group_by',
  'having',
  'qualify',
  'windows',
  'order_by',
  'limit',
  'offset',
  'fetch',
  'top',
  'distinct_on',
]
const refusedClauses: Readonly<Record<string, string>> = {
  connect: 'CONNECT BY',
  into: 'SELECT INTO',
  lateral_views: 'LATERAL VIEW',
  distribute_by: 'DISTRIBUTE BY',
  cluster_by: 'CLUSTER BY',
  sort_by: 'SORT BY',
  sample: 'SAMPLE in this place',
  locks: 'FOR UPDATE',
}

/** Binds one SELECT: FROM first, then its list, then the clauses, which may also use the list's aliases. */
export const bindSelect = (
  binder: Binder,
  select: SyntaxNode,
  parent: Scope | null,
): readonly BoundColumn[] | null => {
  for (const [clause, name] of Object.entries(refusedClauses)) {
    const value = select[clause]
    if (Array.isArray(value) ? value.length > 0 : value) throw unsupported(name)
  }
  const outer = binder.bindWith(select.with, parent)
  const scope = new Scope(outer)
  for (const item of asNodes((select.from as SyntaxNode | null)?.expressions))
    scope.relations.push(binder.bindRelation(item, scope, outer))
  const joins = asNodes(select.joins)
  for (const join of joins) {
    // Snowflake: a join without a condition is a cross join.
    if (join.kind === 'Inner' && !join.on && asList(join.using).length === 0) join.kind = 'Cross'
    scope.relations.push(binder.bindRelation(join.this as SyntaxNode, scope, outer))
    if (join.match_condition) throw unsupported('ASOF JOIN')
  }
  const columns = bindList(binder, select, scope, joins)
  for (const join of joins) binder.visit(join.on, scope)
  orderByAll(select, scope)
  for (const clause of clausesAfterList) binder.visit(select[clause], scope)
  select.hint = null
  return columns
}

/** The parser reads ORDER BY ALL as a column. It means every column of the list, from left to right. */
const orderByAll = (select: SyntaxNode, scope: Scope): void => {
  const [order, ...more] = asNodes((select.order_by as SyntaxNode | null)?.expressions)
  const column = payloadOf(order?.this, 'column')
  if (!order || more.length > 0 || !isIdentifier(column?.name) || column.table || column.name.quoted) return
  if (foldName(column.name) !== 'ALL' || scope.column(null, 'ALL') !== 'missing') return
  const items = asNodes(select.expressions)
  if (items.some((item) => payloadOf(item, 'star'))) throw unsupported('ORDER BY ALL with a star')
  const expressions = items.map((_, index) => ({ ...order, this: numberLiteral(index + 1) }))
  Object.assign(select.order_by as SyntaxNode, { expressions })
}

const selectNumber = (select: SyntaxNode): number | null => {
  const [hint] = asNodes((select.hint as SyntaxNode | null)?.expressions)
  const match = typeof hint?.Raw === 'string' ? /^\s*S(\d+)\s*$/.exec(hint.Raw) : null
  return match ? Number(match[1]) : null
}

const bindList = (
  binder: Binder,
  select: SyntaxNode,
  scope: Scope,
  joins: readonly SyntaxNode[],
): readonly BoundColumn[] | null => {
  const items = asList(select.expressions)
  const number = selectNumber(select)
  const texts = number === null ? undefined : binder.marked.selectItems.get(number)
  if (!texts || texts.length !== items.length) throw unsupported('this form of SELECT list')
  const columns: BoundColumn[] = []
  let known = true
  select.expressions = items.flatMap((item, index) => {
    if (!isObject(item)) throw unsupported('this form of SELECT list')
    const star = expandStar(binder, item, scope, joins)
    if (!star) columns.push(bindItem(binder, item, texts[index] as string, scope))
    else if (star.columns) columns.push(...star.columns)
    else known = false
    return star?.items ?? [item]
  })
  return known ? columns : null
}

const bindItem = (binder: Binder, item: SyntaxNode, sourceText: string, scope: Scope): BoundColumn => {
  const alias = payloadOf(item, 'alias')
  const expression = alias ? (alias.this as SyntaxNode) : item
  const plain = kindOf(expression) === 'column' || kindOf(expression) === 'dot'
  binder.visit(expression, scope)
  // DuckDB makes a NULL without a type an INTEGER, Snowflake a VARCHAR.
  if (kindOf(expression) === 'null') replaceNode(expression, castTo({ null: null }, text()).node)
  const written = payloadOf(expression, 'column')?.name
  const name =
    alias && isIdentifier(alias.alias)
      ? foldName(alias.alias)
      : plain && isIdentifier(written)
        ? foldName(written)
        : sourceText
  const base = binder.columns.get(expression) ?? null
  if (!alias) {
    const inner = { ...item }
    replaceNode(item, {
      alias: {
        this: inner,
        alias: binder.finalName(encodeName(name)),
        column_aliases: [],
        alias_explicit_as: true,
        pre_alias_comments: [],
        trailing_comments: [],
      },
    })
  }
  const column = {
    name,
    type: binder.typeOf(expression) ?? base?.type ?? null,
    origin: base?.origin ?? null,
    nullable: base?.nullable ?? true,
  }
  if (!scope.aliases.has(name)) scope.aliases.set(name, column)
  return column
}
