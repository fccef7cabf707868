import type { Privilege } from '../access/access-control.ts'
import type { TableEntry } from '../dictionary/dictionary.ts'
import { displayName } from '../dictionary/identifier.ts'
import { isSemiStructured } from '../dictionary/snow-type.ts'
import { invalidIdentifier, SnowflakeError, unsupported } from '../snowflake-error.ts'
import { Binder } from './binder.ts'
import { finishText, type InlineValue } from './finish-text.ts'
import type { MarkedStatement } from './mark-statement.ts'
import { generateDuckdb } from './parser.ts'
import { type BoundColumn, Scope } from './scope.ts'
import {
  asList,
  asNodes,
  call,
  foldName,
  isIdentifier,
  isObject,
  kindOf,
  numberLiteral,
  payloadOf,
  type SyntaxNode,
} from './syntax-tree.ts'
import type { TranslationContext } from './translation.ts'

/** INSERT, UPDATE, DELETE or MERGE for DuckDB. */
export interface TranslatedChange {
  readonly target: TableEntry
  /** The statement with these values in it. */
  text(values: ReadonlyMap<string, InlineValue>): string
  /** INSERT … VALUES of one row, with the values of many: one statement for all of them. Null where it has no such form. */
  readonly manyRows: ((rows: readonly ReadonlyMap<string, InlineValue>[]) => string) | null
  /** Queries over all that the statement reads, to be verified before it runs. */
  readonly skeletons: readonly string[]
  readonly tables: readonly TableEntry[]
}

export interface ChangeInput {
  readonly marked: MarkedStatement
  readonly context: TranslationContext
  readonly values: ReadonlyMap<string, InlineValue>
}

const typeMismatch = (column: string, wanted: string, given: string) =>
  new SnowflakeError(
    '002023',
    '22000',
    `SQL compilation error:\nExpression type does not match column data type, expecting ${wanted} but got ${given} ` +
      `for column ${displayName(column)}`,
  )

/** The table that is changed. It is the last that the binder placed. */
export const placeTarget = (
  binder: Binder,
  table: SyntaxNode,
  privilege: Privilege,
): { entry: TableEntry; columns: readonly BoundColumn[]; name: string } => {
  const parts = [table.catalog, table.schema, table.name].filter(isIdentifier).map(foldName)
  const alias = isIdentifier(table.alias) ? foldName(table.alias) : (parts.at(-1) as string)
  const columns = binder.placeTable(table, parts, privilege)
  const entry = binder.tables.at(-1)
  if (entry?.kind !== 'table') throw unsupported('a change of a view')
  return { entry, columns, name: alias }
}

const requireColumn = (entry: TableEntry, name: string) => {
  const column = entry.columns.find((candidate) => candidate.name === name)
  if (!column) throw invalidIdentifier(displayName(name))
  return column
}

/** Snowflake turns no text into a VARIANT by itself. */
const checkType = (binder: Binder, entry: TableEntry, name: string, value: unknown): void => {
  const column = requireColumn(entry, name)
  const type = binder.typeOf(value)
  if (isSemiStructured(column.type) && type?.kind === 'text') throw typeMismatch(name, 'VARIANT', 'VARCHAR')
}

/** A SELECT that reads what a change reads: DuckDB gives syntax trees of SELECTs only. */
export const skeletonOf = (
  expressions: readonly unknown[],
  relations: readonly SyntaxNode[],
  condition: unknown,
): SyntaxNode => ({
  select: {
    expressions:
      expressions.length > 0
        ? expressions
        : [
            call('COUNT', {
              star: { table: null, except: null, replace: null, rename: null, trailing_comments: [] },
            }),
          ],
    from: relations.length > 0 ? { expressions: relations } : null,
    joins: [],
    lateral_views: [],
    where_clause: condition ? { this: condition } : null,
    group_by: null,
    having: null,
    qualify: null,
    order_by: null,
    limit: null,
    offset: null,
    distinct: false,
    distinct_on: null,
    top: null,
    with: null,
    sample: null,
    windows: null,
    hint: null,
    connect: null,
    into: null,
    locks: [],
    leading_comments: [],
  },
})

export const finishChange = (
  binder: Binder,
  { values }: ChangeInput,
  target: TableEntry,
  tree: SyntaxNode,
  skeletons: readonly SyntaxNode[],
  isOneRow = false,
): TranslatedChange => {
  if (binder.supplied.length > 0) throw unsupported('INFORMATION_SCHEMA in a statement that changes data')
  for (const skeleton of skeletons) binder.encodeIdentifiers(skeleton)
  binder.encodeIdentifiers(tree)
  const generated = generateDuckdb(tree)
  return {
    target,
    text: (rowValues) => finishText(generated, rowValues),
    manyRows: isOneRow ? manyRowsOf(generated) : null,
    skeletons: skeletons.map((skeleton) => finishText(generateDuckdb(skeleton), values)),
    tables: binder.tables,
  }
}

/** Only the names of the target stand before VALUES, so what is behind its first occurrence outside of them is the row. */
const manyRowsOf = (generated: string): TranslatedChange['manyRows'] => {
  const [, head, row] =
    /^(INSERT INTO (?:"(?:[^"]|"")*"|[^"'])*? VALUES) (\([\s\S]*\))$/.exec(generated) ?? []
  if (head === undefined || row === undefined) return null
  return (rows) =>
    `${finishText(head.replace(/ VALUES$/, ''), new Map())} VALUES ${rows.map((values) => finishText(row, values)).join(', ')}`
}

/** INSERT INTO … VALUES and INSERT INTO … SELECT. */
export const translateInsert = (payload: SyntaxNode, input: ChangeInput): TranslatedChange => {
  for (const clause of ['overwrite', 'on_conflict', 'replace_where', 'partition', 'source', 'output'])
    if (payload[clause] && asList(payload[clause] ?? [1]).length > 0)
      throw unsupported(`INSERT with ${clause}`)
  const binder = new Binder(input.marked, input.context)
  const table = payload.table as SyntaxNode
  const { entry } = placeTarget(binder, table, 'INSERT')
  table.alias = null
  const given = asList(payload.columns).filter(isIdentifier).map(foldName)
  for (const name of given) requireColumn(entry, name)
  const names = given.length > 0 ? given : entry.columns.map(({ name }) => name)
  const width = (count: number) => {
    if (count !== names.length)
      throw new SnowflakeError(
        '001079',
        '42601',
        `SQL compilation error:\nInsert value list does not match column list expecting ${names.length} but got ${count}`,
      )
  }
  const scope = binder.bindWith(payload.with, null)
  if (isObject(payload.query) && kindOf(payload.query) !== 'values') {
    const columns = binder.bindQuery(payload.query, scope)
    if (columns) {
      width(columns.length)
      columns.forEach((column, index) => {
        const target = requireColumn(entry, names[index] as string)
        if (isSemiStructured(target.type) && column.type?.kind === 'text')
          throw typeMismatch(target.name, 'VARIANT', 'VARCHAR')
      })
    }
    return finishChange(binder, input, entry, { insert: payload }, [payload.query])
  }
  const rows = asList(payload.values).map((row) => asNodes(row))
  for (const row of rows) {
    width(row.length)
    row.forEach((value, index) => {
      binder.visit(value, new Scope(scope))
      checkType(binder, entry, names[index] as string, value)
    })
  }
  const expressions = rows.flat().filter((value) => !isDefault(value))
  const skeleton = skeletonOf(expressions, [], null)
  return finishChange(binder, input, entry, { insert: payload }, [skeleton], rows.length === 1)
}

const isDefault = (value: SyntaxNode): boolean => {
  const column = payloadOf(value, 'column')
  const word = payloadOf(value, 'var')?.this ?? (isIdentifier(column?.name) ? column.name.name : null)
  return kindOf(value) === 'default' || (typeof word === 'string' && word.toUpperCase() === 'DEFAULT')
}

const bindOthers = (binder: Binder, relations: readonly SyntaxNode[], scope: Scope, outer: Scope): void => {
  for (const relation of relations) scope.relations.push(binder.bindRelation(relation, scope, outer))
}

export const translateUpdate = (payload: SyntaxNode, input: ChangeInput): TranslatedChange => {
  for (const clause of [
    'extra_tables',
    'table_joins',
    'from_joins',
    'returning',
    'order_by',
    'limit',
    'output',
  ])
    if (payload[clause] && (asList(payload[clause]).length > 0 || isObject(payload[clause])))
      throw unsupported('UPDATE of this form')
  const binder = new Binder(input.marked, input.context)
  const outer = binder.bindWith(payload.with, null)
  const scope = new Scope(outer)
  const table = payload.table as SyntaxNode
  const { entry, columns, name } = placeTarget(binder, table, 'UPDATE')
  scope.relations.push({ name, columns })
  const others = asNodes((payload.from_clause as SyntaxNode | null)?.expressions)
  bindOthers(binder, others, scope, outer)
  const values = asList(payload.set).map((pair) => {
    const [column, value] = asList(pair)
    if (!isIdentifier(column) || column.name.includes('.') || !isObject(value))
      throw unsupported('SET of this form')
    binder.visit(value, scope)
    checkType(binder, entry, foldName(column), value)
    return value
  })
  binder.visit(payload.where_clause, scope)
  const condition = (payload.where_clause as SyntaxNode | null)?.this
  return finishChange(binder, input, entry, { update: payload }, [
    skeletonOf(values, [{ table }, ...others], condition),
  ])
}

export const translateDelete = (payload: SyntaxNode, input: ChangeInput): TranslatedChange => {
  for (const clause of ['returning', 'order_by', 'limit', 'joins', 'tables', 'output'])
    if (payload[clause] && (asList(payload[clause]).length > 0 || isObject(payload[clause])))
      throw unsupported('DELETE of this form')
  const binder = new Binder(input.marked, input.context)
  const outer = binder.bindWith(payload.with, null)
  const scope = new Scope(outer)
  const table = payload.table as SyntaxNode
  if (isIdentifier(payload.alias)) {
    table.alias = payload.alias
    payload.alias = null
  }
  const { entry, columns, name } = placeTarget(binder, table, 'DELETE')
  scope.relations.push({ name, columns })
  const others = asNodes(payload.using).map((using) => (kindOf(using) === null ? { table: using } : using))
  bindOthers(binder, others, scope, outer)
  binder.visit(payload.where_clause, scope)
  const condition = (payload.where_clause as SyntaxNode | null)?.this
  const skeleton = skeletonOf([], [{ table: { ...table } }, ...others], condition)
  // The transpiler reads the alias of a DELETE beside its table, and no qualified name in USING.
  Object.assign(payload, { alias: table.alias, alias_explicit_as: true, using: [] })
  table.alias = null
  if (others.length > 0)
    payload.where_clause = {
      this: { exists: { this: skeletonOf([numberLiteral(1)], others, condition), not: false } },
    }
  return finishChange(binder, input, entry, { delete: payload }, [skeleton])
}
