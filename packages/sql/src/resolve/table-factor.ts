import type { RelationColumn } from '../catalogue/catalogue-index.ts'
import {
  isAbsent,
  isObject,
  type Json,
  type JsonObject,
  openNode,
  unknownSyntax,
  variantOf,
} from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { manyTables, type RowOrigin } from './aggregation.ts'
import { openBaseTable } from './base-relation.ts'
import { resolveExpression } from './expression.ts'
import type { JoinConditions } from './from.ts'
import { resolveTableWithJoins } from './from.ts'
import { resolveMatchRecognize } from './match-recognize.ts'
import { type ObjectName, readObjectName } from './object-name.ts'
import { resolvePivot, resolveUnpivot } from './pivot.ts'
import { resolveQuery } from './query.ts'
import { refuseRepeated } from './repeated-column.ts'
import type { Relation, Scope } from './scope.ts'
import { openStage } from './stage-relation.ts'
import { resolveLateralFunction, resolveTableFunction } from './table-function.ts'
import { findCte, findTable, isDual } from './table-lookup.ts'
import type { TableUse } from './table-use.ts'
import { checkVersion } from './time-travel.ts'
import { nameColumns, readTableAlias } from './with.ts'

export interface RelationParts {
  /** What it is called when it has no alias: the parts of its full name, or nothing. */
  readonly names: readonly string[]
  readonly columns: readonly RelationColumn[]
  readonly origin: RowOrigin
  readonly table?: string | null
  readonly use?: TableUse | null
  readonly columnAt?: Relation['columnAt']
  readonly within?: TableUse | null
}

/** Puts one item of FROM into the scope. Gives the conditions of joins inside of it. */
export const resolveTableFactor = (value: Json | undefined, scope: Scope): JoinConditions => {
  const { name, body } = variantOf(value, 'FROM')
  if (name === 'NestedJoin') return resolveNestedJoin(body, scope)
  resolvers ??= createResolvers()
  const resolve = resolvers.get(name)
  if (resolve === undefined || !isObject(body)) return unknownSyntax(`FROM ${name}`)
  addRelation(resolve(body, scope), body.alias, scope)
  return []
}

/** Words that may be an alias or belong to the join that follows, where no AS stands before them. */
const KINDS_OF_JOIN = new Set(['ANTI', 'ASOF', 'DIRECTED', 'GLOBAL', 'OUTER', 'SEMI'])

/** An alias hides every other name; its column list renames from the left. */
export const addRelation = (
  { names, columns, origin, table = null, use = null, within = null, columnAt }: RelationParts,
  alias: Json | undefined,
  scope: Scope,
): void => {
  const numbered = columnAt === undefined ? {} : { columnAt }
  if (isAbsent(alias)) {
    scope.relations.push({ names, columns, origin, table, use, within, ...numbered })
    return
  }
  const { name, columns: columnNames } = readTableAlias(alias, scope.context)
  if (KINDS_OF_JOIN.has(name.name) && name.quote === null && isObject(alias) && alias.explicit !== true)
    unknownSyntax(`${name.name} in front of a join`)
  if (columnAt !== undefined && columnNames.length > 0) unknownSyntax('a stage with names for its columns')
  const renamed = columnNames.length === 0 ? columns : nameColumns(columns, columnNames, name)
  scope.relations.push({ names: [name.name], columns: renamed, origin, table, use, within, ...numbered })
}

type Resolver = (body: JsonObject, scope: Scope) => RelationParts

const TABLE_FIELDS = new Set(['name', 'alias', 'args', 'version', 'sample'])
const resolveTable: Resolver = (body, scope) => {
  const node = openNode(body, 'a table', TABLE_FIELDS)
  const name = readObjectName(node.name, scope.context.findings)
  if (name.isStage && isAbsent(node.version) && isAbsent(node.sample))
    return openStage(name, node.args, scope)
  if (!isAbsent(node.args)) return unknownSyntax('a table with arguments')
  checkVersion(node.version, scope)
  checkSample(node.sample, scope)
  const named = openNamed(name, scope)
  const opened =
    isAbsent(node.sample) && isAbsent(node.version) ? named : { ...named, use: null, within: null }
  // A row that was changed stands among the changes twice.
  return isObject(node.version) && 'Changes' in node.version ? { ...opened, origin: manyTables } : opened
}

/** A common table expression, a table, or a view. */
export const openNamed = (name: ObjectName, scope: Scope): RelationParts => {
  const cte = findCte(name.parts, scope.ctes)
  if (cte !== null) {
    scope.context.findings.readExpression(cte.columns)
    return { names: [cte.name], columns: cte.columns, origin: cte.origin, within: cte.within ?? null }
  }
  if (isDual(name, scope.context)) return { names: name.parts, columns: [], origin: manyTables }
  const table = findTable(name, scope.context)
  const isStored = table.definition === null
  const { columns, origin, use } = openBaseTable(table, name, scope.context)
  return {
    names: table.parts,
    table: isStored ? table.name : null,
    columns,
    origin,
    use: isStored ? use : null,
  }
}

const SAMPLE_FIELDS = new Set(['quantity', 'seed', 'name'])
const SAMPLE_IDLE = new Set(['modifier'])
const QUANTITY_FIELDS = new Set(['value', 'unit'])
const QUANTITY_IDLE = new Set(['parenthesized'])
const SEED_FIELDS = new Set(['value'])
const SEED_IDLE = new Set(['modifier'])
const checkSample = (value: Json | undefined, scope: Scope): void => {
  if (isAbsent(value)) return
  const node = openNode(variantOf(value, 'SAMPLE').body, 'SAMPLE', SAMPLE_FIELDS, SAMPLE_IDLE)
  if (!isAbsent(node.quantity)) {
    const { value: quantity, unit } = openNode(node.quantity, 'SAMPLE', QUANTITY_FIELDS, QUANTITY_IDLE)
    // A number of rows leaves some out for the sake of the others.
    if (unit === 'Rows') scope.context.findings.lookAcross([])
    if (resolveExpression(quantity, scope).lineage.size > 0)
      throw new Refusal('column-not-allowed-here', { detail: 'SAMPLE' })
  }
  if (!isAbsent(node.seed)) openNode(node.seed, 'SAMPLE', SEED_FIELDS, SEED_IDLE)
}

const DERIVED_FIELDS = new Set(['lateral', 'subquery', 'alias', 'sample'])
/** A subquery sees what is around the whole query; a lateral one also the relations before it. */
const resolveDerived: Resolver = (body, scope) => {
  const node = openNode(body, 'a subquery', DERIVED_FIELDS)
  checkSample(node.sample, scope)
  const parent = node.lateral === true ? scope : scope.parent
  const { columns, origin, within } = scope.context.findings.at(null, () =>
    resolveQuery(node.subquery, scope.context, { parent, ctes: scope.ctes }),
  )
  return {
    names: [],
    within,
    columns: nameColumns(columns, [], null),
    // A lateral subquery runs once for each row before it.
    origin,
  }
}

const NESTED_FIELDS = new Set(['table_with_joins', 'alias'])
const resolveNestedJoin = (body: Json, scope: Scope): JoinConditions => {
  const node = openNode(body, 'a nested join', NESTED_FIELDS)
  const before = scope.relations.length
  const conditions = resolveTableWithJoins(node.table_with_joins, scope)
  if (isAbsent(node.alias)) return conditions
  // `(t) alias` is the one relation under another name; `(a JOIN b) alias` has no certain columns.
  const inner = scope.relations.splice(before)
  if (inner.length !== 1 || conditions.length > 0) return unknownSyntax('an alias on a join')
  addRelation({ ...inner[0]!, names: [] }, node.alias, scope)
  return []
}

/** Made on first use: the modules of some of these import this one. */
const createResolvers = (): ReadonlyMap<string, Resolver> =>
  new Map<string, Resolver>([
    ['Table', resolveTable],
    ['Derived', resolveDerived],
    ['TableFunction', resolveTableFunction],
    ['Function', resolveLateralFunction],
    ['Pivot', resolvePivot],
    ['Unpivot', resolveUnpivot],
    ['MatchRecognize', resolveMatchRecognize],
  ])

let resolvers: ReadonlyMap<string, Resolver> | null = null

/** The relation of a table factor on its own, for PIVOT and the like. */
export const resolveInput = (value: Json | undefined, scope: Scope): Relation => {
  const before = scope.relations.length
  const conditions = resolveTableFactor(value, scope)
  const inputs = scope.relations.splice(before)
  const [input, ...others] = inputs
  if (input === undefined || others.length > 0 || conditions.length > 0)
    return unknownSyntax('a join inside of FROM')
  refuseRepeated(input.columns)
  return input
}
