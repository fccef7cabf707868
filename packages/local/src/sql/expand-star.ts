import { encodeName } from '../dictionary/identifier.ts'
import { invalidIdentifier, unsupported } from '../snowflake-error.ts'
import type { Binder } from './binder.ts'
import type { BoundColumn, Relation, Scope } from './scope.ts'
import {
  asList,
  asNodes,
  foldName,
  isIdentifier,
  isObject,
  payloadOf,
  type SyntaxNode,
  stringOf,
} from './syntax-tree.ts'

/** The columns of a star in the list of a SELECT. */
interface ExpandedStar {
  /** Null when only DuckDB knows them. */
  readonly columns: readonly BoundColumn[] | null
  /** What takes the star's place in the list, where DuckDB would order its columns otherwise. */
  readonly items: readonly SyntaxNode[] | null
}

interface StarChanges {
  readonly excluded: ReadonlySet<string>
  readonly replaced: ReadonlySet<string>
  readonly renamed: ReadonlyMap<string, string>
}

/** Null for an item that is no star. */
export const expandStar = (
  binder: Binder,
  item: SyntaxNode,
  scope: Scope,
  joins: readonly SyntaxNode[],
): ExpandedStar | null => {
  const like = payloadOf(item, 'i_like')
  const star = payloadOf(like ? like.left : item, 'star')
  if (!star) return null
  if (like && stringOf(like.right) === null) throw unsupported('* ILIKE with anything but a literal')
  const relations = starRelations(binder, star, scope)
  binder.visit(star.replace, scope)
  const known = relations.every(({ columns }) => columns !== null)
  const changes = readChanges(star)
  const merges = joins.some((join) => asList(join.using).length > 0 || isNatural(join))
  if (merges && !star.table) {
    if (like || !known || changes.replaced.size > 0) throw unsupported('this star over USING or NATURAL')
    return mergedStar(binder, relations, joins, changes)
  }
  if (like || !known) return { columns: null, items: null }
  return {
    columns: change(
      relations.flatMap(({ columns }) => columns ?? []),
      changes,
    ),
    items: null,
  }
}

const isNatural = (join: SyntaxNode): boolean => String(join.kind).startsWith('Natural')

const starRelations = (binder: Binder, star: SyntaxNode, scope: Scope): readonly Relation[] => {
  if (!star.table) return scope.relations
  if (!isIdentifier(star.table)) throw unsupported('this form of star')
  const written = foldName(star.table)
  // The parser keeps `schema.table.*` as one name with dots in it.
  for (const name of [written, written.split('.').at(-1)]) {
    const found = scope.relations.filter((relation) => relation.name === name)
    if (found.length === 0) continue
    star.table = binder.finalName(encodeName(name as string))
    return found
  }
  throw invalidIdentifier(written)
}

const readChanges = (star: SyntaxNode): StarChanges => ({
  excluded: new Set(asList(star.except).filter(isIdentifier).map(foldName)),
  replaced: new Set(
    asNodes(star.replace).flatMap((alias) => (isIdentifier(alias.alias) ? foldName(alias.alias) : [])),
  ),
  renamed: new Map(
    asList(star.rename).flatMap((pair) => {
      const [from, to] = asList(pair).filter(isIdentifier)
      return from && to ? [[foldName(from), foldName(to)] as const] : []
    }),
  ),
})

const change = (
  columns: readonly BoundColumn[],
  { excluded, replaced, renamed }: StarChanges,
): BoundColumn[] =>
  columns
    .filter(({ name }) => name === null || !excluded.has(name))
    .map((column) => {
      if (column.name === null) return column
      const name = renamed.get(column.name) ?? column.name
      return replaced.has(column.name)
        ? { name, type: null, origin: null, nullable: true }
        : { ...column, name }
    })

interface Placed {
  readonly column: BoundColumn
  /** The relation that qualifies it, null for a column that joins have merged. */
  readonly relation: string | null
}

/** Snowflake, as the standard: the columns of USING come first, once, then the left side's, then the right's. */
const mergedStar = (
  binder: Binder,
  relations: readonly Relation[],
  joins: readonly SyntaxNode[],
  changes: StarChanges,
): ExpandedStar => {
  const placed = relations.map(({ name, columns }) =>
    (columns ?? []).map((column): Placed => ({ column, relation: name })),
  )
  const first = relations.length - joins.length
  let left = placed.slice(0, first).flat()
  joins.forEach((join, index) => {
    const right = placed[first + index] ?? []
    const has = (side: readonly Placed[], name: string | null) =>
      side.some(({ column }) => column.name === name)
    const shared = isNatural(join)
      ? left.map(({ column }) => column.name).filter((name) => has(right, name))
      : asList(join.using).filter(isIdentifier).map(foldName)
    const merged = shared.flatMap((name): Placed[] => {
      const column = left.find((one) => one.column.name === name)?.column
      return column ? [{ column, relation: null }] : []
    })
    const others = (side: readonly Placed[]) =>
      side.filter(({ column }) => !shared.includes(column.name ?? ''))
    left = [...merged, ...others(left), ...others(right)]
  })
  const kept = left.filter(({ column }) => !changes.excluded.has(column.name ?? ''))
  return {
    columns: change(
      kept.map(({ column }) => column),
      changes,
    ),
    items: kept.map((one) => placedItem(binder, one, changes)),
  }
}

const placedItem = (binder: Binder, { column, relation }: Placed, { renamed }: StarChanges): SyntaxNode => {
  const name = column.name ?? ''
  const node = {
    column: {
      name: binder.finalName(encodeName(name)),
      table: relation === null ? null : binder.finalName(encodeName(relation)),
      join_mark: false,
      trailing_comments: [],
    },
  }
  const alias = renamed.get(name)
  if (alias === undefined) return node
  return {
    alias: {
      this: node,
      alias: binder.finalName(encodeName(alias)),
      column_aliases: [],
      alias_explicit_as: true,
      pre_alias_comments: [],
      trailing_comments: [],
    },
  }
}

/** `OBJECT_CONSTRUCT(*)`: a pair of name and value for each column, in the place of the star. */
export const expandObjectStar = (binder: Binder, call: SyntaxNode, scope: Scope): void => {
  const name = String(call.name).toUpperCase()
  const [only, ...more] = asNodes(call.args)
  const star = payloadOf(only, 'star')
  if (!star || more.length > 0 || !/^OBJECT_CONSTRUCT(_KEEP_NULL)?$/.test(name)) return
  const relations = starRelations(binder, star, scope)
  if (star.replace || star.rename || relations.some(({ columns }) => columns === null))
    throw unsupported(`${name} with this star`)
  const { excluded } = readChanges(star)
  call.args = relations.flatMap((relation) =>
    (relation.columns ?? []).flatMap((column) => {
      if (column.name === null || excluded.has(column.name)) return []
      const literal = { literal: { literal_type: 'string', value: column.name } }
      const node = {
        column: {
          name: { name: column.name, quoted: true, trailing_comments: [] },
          table: relation.name === null ? null : { name: relation.name, quoted: true, trailing_comments: [] },
          join_mark: false,
          trailing_comments: [],
        },
      }
      return isObject(node) ? [literal, node] : []
    }),
  )
}
