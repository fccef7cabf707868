import type { Effect, TableName, TableWrite } from '@snowfence/core'
import type { BaseTable } from '../catalogue/catalogue-index.ts'
import { readIdentifier } from '../parser/identifier-node.ts'
import {
  isAbsent,
  type Json,
  type JsonObject,
  listOf,
  openNode,
  unknownSyntax,
  variantOf,
} from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { readType, visitType } from '../resolve/cast.ts'
import { resolveExpression } from '../resolve/expression.ts'
import { readObjectName } from '../resolve/object-name.ts'
import { type OutputColumn, resolveQuery } from '../resolve/query.ts'
import { refuseRepeated } from '../resolve/repeated-column.ts'
import { createScope, type Scope, type StatementContext } from '../resolve/scope.ts'
import { findTable } from '../resolve/table-lookup.ts'
import { checkVersion } from '../resolve/time-travel.ts'
import { refuseUnplaced } from '../resolve/unplaced-column.ts'
import { readingEffects, reportWithoutOutputs, type StatementReport } from './statement-report.ts'
import { visitNames } from './visit-names.ts'
import {
  pairColumns,
  readTargetName,
  type TargetColumn,
  type WrittenColumn,
  withoutLineage,
  writeTable,
} from './written-table.ts'

const FIELDS = new Set([
  'name',
  'columns',
  'constraints',
  'query',
  'clone',
  'like',
  'version',
  'cluster_by',
  'warehouse',
  'hive_distribution',
  'table_options',
  'or_replace',
])
const IDLE = new Set([
  'temporary',
  'transient',
  'volatile',
  'if_not_exists',
  'dynamic',
  'target_lag',
  'comment',
  'refresh_mode',
  'initialize',
  'copy_grants',
  'change_tracking',
  'data_retention_time_in_days',
  'max_data_extension_time_in_days',
  'default_ddl_collation',
])

/** CREATE TABLE: empty, from a query, as a clone, or like another. Data that is copied keeps its lineage. */
export const summarizeCreateTable = (body: Json, context: StatementContext): StatementReport => {
  const node = openNode(body, 'CREATE TABLE', FIELDS, IDLE)
  if (node.hive_distribution !== 'NONE') return unknownSyntax('CREATE TABLE')
  checkOptions(node.table_options)
  const target = readTargetName(node.name, context)
  const scope = createScope(context)
  const defined = listOf(node.columns, 'CREATE TABLE').map((column) => readColumnDefinition(column, scope))
  for (const part of [node.constraints, node.cluster_by, node.warehouse]) visitNames(part, context.findings)
  const columns = createdColumns(node, defined, context)
  return reportWithoutOutputs(
    'create-table',
    createEffects(node, context),
    createWrites(node, target, columns),
  )
}

const createdColumns = (
  node: JsonObject,
  defined: readonly TargetColumn[],
  context: StatementContext,
): readonly WrittenColumn[] => {
  if (!isAbsent(node.query)) {
    const { columns } = resolveQuery(node.query, context, { parent: null, ctes: null })
    refuseRepeated(columns)
    refuseUnplaced(columns)
    return namedOutputs(defined, columns, context)
  }
  if (!isAbsent(node.clone)) {
    checkVersion(node.version, createScope(context))
    const source = findSource(node.clone, context)
    context.findings.readTable(source.name, source.isMetadata)
    context.findings.readColumns(source.columns)
    return source.columns
  }
  if (!isAbsent(node.like)) {
    const { name, body } = variantOf(node.like, 'LIKE')
    if (name !== 'Plain') return unknownSyntax('LIKE')
    const source = findSource(openNode(body, 'LIKE', LIKE_FIELDS).name, context)
    return withoutLineage(source.columns.map((column) => column.name))
  }
  return withoutLineage(defined.map(({ name }) => name))
}
const LIKE_FIELDS = new Set(['name'])

const findSource = (value: Json | undefined, context: StatementContext): BaseTable => {
  const name = readObjectName(value, context.findings)
  const table = findTable(name, context)
  if (table.definition !== null)
    throw new Refusal('statement-not-supported', { detail: table.name, place: name.place })
  return table
}

/** The columns of what is created from a query. Each needs a name, or what comes later could not be followed. */
export const namedOutputs = (
  targets: readonly TargetColumn[],
  outputs: readonly OutputColumn[],
  context: StatementContext,
): readonly WrittenColumn[] => {
  if (targets.length > 0) return pairColumns(targets, outputs, context)
  return outputs.map(({ name, ...value }) => {
    if (name === null || name === '') throw new Refusal('unnamed-column')
    return { ...value, name }
  })
}

/** OR REPLACE drops what had the name. */
export const createWrites = (
  node: JsonObject,
  target: TableName,
  columns: readonly WrittenColumn[],
): readonly TableWrite[] => [
  writeTable(target, 'create', columns),
  ...(node.or_replace === true ? [writeTable(target, 'drop', [])] : []),
]

export const createEffects = (node: JsonObject, { findings }: StatementContext): readonly Effect[] => [
  'create',
  ...(node.or_replace === true ? (['drop'] as const) : []),
  ...readingEffects(findings),
]

const COLUMN_FIELDS = new Set(['name', 'data_type', 'options'])
const OPTION_FIELDS = new Set(['name', 'option'])
const PLAIN_OPTIONS = new Set([
  'Null',
  'NotNull',
  'Unique',
  'PrimaryKey',
  'ForeignKey',
  'Comment',
  'Identity',
  'Collation',
])

const readColumnDefinition = (value: Json, scope: Scope): TargetColumn => {
  const node = openNode(value, 'a column', COLUMN_FIELDS)
  const identifier = readIdentifier(node.name)
  scope.context.findings.visit(identifier)
  const isTyped = node.data_type !== 'Unspecified'
  if (isTyped) visitType(node.data_type, scope)
  for (const item of listOf(node.options, 'a column')) {
    const { name, body } = variantOf(openNode(item, 'a column', OPTION_FIELDS).option, 'a column')
    if (name === 'Default') {
      if (resolveExpression(body, scope).lineage.size > 0)
        throw new Refusal('column-not-allowed-here', { detail: 'DEFAULT' })
    } else if (PLAIN_OPTIONS.has(name)) visitNames(body, scope.context.findings)
    else return unknownSyntax(`a column with ${name}`)
  }
  return { name: identifier.name, type: isTyped ? readType(node.data_type) : null }
}

/** A comment is the one option that the parser does not give a field of its own. */
const checkOptions = (value: Json | undefined): void => {
  if (isAbsent(value)) return
  const { name, body } = variantOf(value, 'CREATE TABLE')
  if (name === 'None') return
  const isComment = (option: Json) => variantOf(option, 'CREATE TABLE').name === 'Comment'
  if (name !== 'Plain' || !listOf(body, 'CREATE TABLE').every(isComment)) {
    throw new Refusal('unknown-syntax', { detail: 'CREATE TABLE with options' })
  }
}
