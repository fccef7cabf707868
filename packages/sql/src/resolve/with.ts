import type { RelationColumn } from '../catalogue/catalogue-index.ts'
import { writeName } from '../lexer/identifier.ts'
import { type Identifier, placeOf, readIdentifier } from '../parser/identifier-node.ts'
import { isAbsent, isObject, type Json, type JsonObject, listOf, openNode } from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { convert } from '../types/conversion.ts'
import { manyTables } from './aggregation.ts'
import { derived } from './compute.ts'
import { type OutputColumn, type QueryEnvironment, resolveQuery } from './query.ts'
import { unite } from './query-body.ts'
import { refuseRepeated } from './repeated-column.ts'
import type { CteScope, StatementContext } from './scope.ts'
import { hasTable } from './table-lookup.ts'
import { refuseUnplaced } from './unplaced-column.ts'
import { eitherOf, nullConstant, type Value, valuesEqual } from './value.ts'

const WITH_FIELDS = new Set(['recursive', 'cte_tables'])
const CTE_FIELDS = new Set(['alias', 'query'])
const ALIAS_FIELDS = new Set(['name', 'columns'])
const ALIAS_IDLE = new Set(['explicit'])
const COLUMN_FIELDS = new Set(['name'])

/** The common table expressions of one WITH: each sees the ones before it, and the ones around. */
export const resolveWith = (
  value: Json | undefined,
  context: StatementContext,
  environment: QueryEnvironment,
): CteScope | null => {
  const node = openNode(value, 'WITH', WITH_FIELDS)
  let ctes = environment.ctes
  const names = new Set<string>()
  for (const table of listOf(node.cte_tables, 'WITH')) {
    const { alias, query } = openNode(table, 'WITH', CTE_FIELDS)
    const { name, columns } = readTableAlias(alias, context)
    if (names.has(name.name))
      throw new Refusal('duplicate-name', { detail: writeName([name.name]), place: placeOf(name) })
    names.add(name.name)
    const outer = { ...environment, ctes }
    const resolved = resolveCte(name, columns, query, context, outer, node.recursive === true)
    ctes = { name: name.name, ...resolved, outer: ctes }
  }
  return ctes
}

/** The name after a relation or in front of a common table expression, with its column names if any. */
export const readTableAlias = (
  value: Json | undefined,
  context: StatementContext,
): { readonly name: Identifier; readonly columns: readonly string[] } => {
  const node = openNode(value, 'an alias', ALIAS_FIELDS, ALIAS_IDLE)
  const name = readIdentifier(node.name)
  context.findings.visit(name)
  const columns = listOf(node.columns, 'an alias').map((column) => {
    const identifier = readIdentifier(openNode(column, 'an alias', COLUMN_FIELDS).name)
    context.findings.visit(identifier)
    return identifier.name
  })
  return { name, columns }
}

/** A value as a column of a relation: each row has its own, even where the text fixes every one of them. */
const ofRelation = (value: Value, name: string): RelationColumn => ({
  name,
  type: value.type,
  lineage: value.lineage,
  isConstant: false,
  mayFail: value.mayFail,
  ...(value.neverZero !== undefined && { neverZero: value.neverZero }),
})

/** Gives a query's columns the names of an alias list; without one, each needs a name of its own. */
export const nameColumns = (
  columns: readonly OutputColumn[],
  names: readonly string[],
  of: Identifier | null,
): readonly RelationColumn[] => {
  if (names.length > columns.length) {
    throw new Refusal('column-count-mismatch', of === null ? {} : { place: placeOf(of) })
  }
  if (names.length > 0) {
    refuseRepeated(columns)
    refuseUnplaced(columns)
  }
  // A column without a name cannot be referred to by one; the empty name is none that SQL can write.
  return columns.map((column, index) => ({
    ...ofRelation(column, names[index] ?? column.name ?? ''),
    ...(column.repeats && { repeats: column.repeats }),
    ...(column.isMaybeWord && { isMaybeWord: column.isMaybeWord }),
    ...(column.isUnplaced && { isUnplaced: column.isUnplaced }),
  }))
}

const resolveCte = (
  name: Identifier,
  names: readonly string[],
  query: Json | undefined,
  context: StatementContext,
  environment: QueryEnvironment,
  recursive: boolean,
): Pick<CteScope, 'columns' | 'origin' | 'within'> => {
  const plain = () => {
    const { columns, origin, within } = resolveQuery(query, context, environment)
    checkCount(names, columns, name)
    return { columns: nameColumns(columns, names, name), origin, within }
  }
  const anchor = isObject(query) ? anchorOf(query.body) : null
  if (!isObject(query) || anchor === null || !mentions(query, name.name)) return plain()
  const fixPoint = () => ({
    columns: resolveRecursively(name, names, anchor, query, context, environment),
    origin: manyTables,
  })
  // Without RECURSIVE the name may also mean a table or an outer expression of that name: both are followed.
  if (recursive || !hasTable([name.name], context, environment.ctes)) return fixPoint()
  const once = plain().columns
  const repeated = unlessInvalid(fixPoint)?.columns
  if (repeated === undefined || once.length !== repeated.length) return { columns: once, origin: manyTables }
  const columns = once.map((column, index) => ({
    ...eitherOf([column, repeated[index]!]),
    name: column.name,
  }))
  return { columns, origin: manyTables }
}

/** Where a reading of the text is no valid SQL, Snowflake either takes the other one or runs nothing. */
const unlessInvalid = <Result>(read: () => Result): Result | null => {
  try {
    return read()
  } catch (error) {
    if (error instanceof Refusal && INVALID.has(error.code)) return null
    throw error
  }
}
const INVALID: ReadonlySet<string> = new Set(['unknown-column', 'ambiguous-column', 'column-count-mismatch'])

/** A column list names all columns or is not there. */
const checkCount = (names: readonly string[], columns: readonly OutputColumn[], of: Identifier): void => {
  if (names.length > 0 && names.length !== columns.length) {
    throw new Refusal('column-count-mismatch', { detail: writeName([of.name]), place: placeOf(of) })
  }
}

/** The first arm of a set operation, which a recursive expression starts from; null for a query without arms. */
const anchorOf = (body: Json | undefined): Json | null => {
  let first = body
  for (let hasArms = false; ; ) {
    if (!isObject(first)) return null
    if (isObject(first.SetOperation)) {
      first = first.SetOperation.left
      hasArms = true
    } else if (isObject(first.Query) && isAbsent(first.Query.with)) first = first.Query.body
    else return hasArms ? first : null
  }
}

/**
 * Whether a tree names something so, anywhere, be it in a string that IDENTIFIER could make a name of: more than needed,
 * never less. Iterative, for chains may be long.
 */
const mentions = (tree: Json, name: string): boolean => {
  const wanted = name.toUpperCase()
  const pending: (Json | undefined)[] = [tree]
  while (pending.length > 0) {
    const node = pending.pop()
    if (typeof node === 'string' && node.toUpperCase() === wanted) return true
    if (Array.isArray(node)) for (const child of node) pending.push(child)
    else if (isObject(node)) for (const key in node) pending.push(node[key])
  }
  return false
}

const resolveRecursively = (
  name: Identifier,
  names: readonly string[],
  anchor: Json,
  query: JsonObject,
  context: StatementContext,
  environment: QueryEnvironment,
): readonly RelationColumn[] => {
  const start = resolveQuery({ ...emptyQuery(query), body: anchor }, context, environment)
  refuseRepeated(start.columns)
  refuseUnplaced(start.columns)
  checkCount(names, start.columns, name)
  // What holds of the rows of the anchor need not hold of those that follow.
  let columns: readonly RelationColumn[] = nameColumns(
    start.columns.map(({ neverZero: _, ...column }) => column),
    names,
    name,
  )
  for (;;) {
    const ctes: CteScope = { name: name.name, columns, origin: manyTables, outer: environment.ctes }
    const next = resolveQuery(query, context, { ...environment, ctes }).columns
    refuseUnplaced(next)
    if (next.length !== columns.length) {
      throw new Refusal('column-count-mismatch', { detail: writeName([name.name]), place: placeOf(name) })
    }
    for (const [index, value] of next.entries()) checkAnchorType(value, start.columns[index], context)
    const grown = columns.map((column, index) => ({
      ...unite([column, next[index] ?? nullConstant], 'UNION', context),
      name: column.name,
    }))
    const settled = grown.every((value, index) => valuesEqual(value, columns[index]!))
    columns = grown
    if (settled) return columns
  }
}

/** The anchor fixes the types: what an arm gives is converted, which fails for a text that is longer than its column. */
const checkAnchorType = (
  value: OutputColumn,
  anchor: OutputColumn | undefined,
  { findings }: StatementContext,
): void => {
  if (anchor !== undefined && convert(value.type, anchor.type) === 'may-fail')
    findings.fail('UNION', derived([value], 'UNION'))
}

/** The anchor alone sees the WITH of the query, but not its ORDER BY and LIMIT, which belong to the whole. */
const emptyQuery = (query: JsonObject): JsonObject => (isAbsent(query.with) ? {} : { with: query.with! })
