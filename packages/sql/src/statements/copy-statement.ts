import { readIdentifier } from '../parser/identifier-node.ts'
import {
  isAbsent,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  openNode,
  unknownSyntax,
  variantOf,
} from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { readObjectName } from '../resolve/object-name.ts'
import { type OutputColumn, resolveQuery } from '../resolve/query.ts'
import { refuseRepeated } from '../resolve/repeated-column.ts'
import { createScope, type StatementContext } from '../resolve/scope.ts'
import { openNamed } from '../resolve/table-factor.ts'
import { refuseUnplaced } from '../resolve/unplaced-column.ts'
import { resolveUse } from '../resolve/use.ts'
import { stageName } from './stage-name.ts'
import { readingEffects, reportWithoutOutputs, type StatementReport } from './statement-report.ts'
import { visitNames } from './visit-names.ts'
import { findTarget, findTargetColumn, withoutLineage, writeTable } from './written-table.ts'

const FIELDS = new Set([
  'kind',
  'into',
  'into_columns',
  'from_obj',
  'from_obj_alias',
  'from_query',
  'from_transformations',
  'partition',
  'files',
  'pattern',
  'stage_params',
  'file_format',
  'copy_options',
  'validation_mode',
])

/** COPY INTO a location takes data out; COPY INTO a table brings files in, which have no lineage. */
export const summarizeCopy = (body: Json, context: StatementContext): StatementReport => {
  const node = openNode(body, 'COPY', FIELDS)
  if (!isAbsent(node.validation_mode)) return unknownSyntax('COPY with VALIDATION_MODE')
  for (const options of [node.stage_params, node.file_format, node.copy_options]) {
    visitNames(options, context.findings)
  }
  return node.kind === 'Location' ? summarizeExport(node, context) : summarizeLoad(node, context)
}

const summarizeExport = (node: JsonObject, context: StatementContext): StatementReport => {
  const location = readLocation(node.into, context)
  const scope = createScope(context)
  const columns = exportedColumns(node, context)
  if (!isAbsent(node.partition)) {
    scope.relations.push({
      names: [],
      columns: columns.map((column) => ({ ...column, name: column.name ?? '' })),
      origin: { aggregation: null, ofOneTable: false },
    })
    // The names of the files tell the values that they are partitioned by.
    resolveUse('group', node.partition, scope)
  }
  return reportWithoutOutputs(
    'copy-into-location',
    ['export', ...readingEffects(context.findings)],
    [
      writeTable(
        location,
        'export',
        columns.map((column, index) => ({ ...column, name: column.name ?? `$${index + 1}` })),
      ),
    ],
  )
}

const exportedColumns = (node: JsonObject, context: StatementContext): readonly OutputColumn[] => {
  if (!isAbsent(node.from_query)) {
    const { columns } = resolveQuery(node.from_query, context, { parent: null, ctes: null })
    refuseRepeated(columns)
    refuseUnplaced(columns)
    return columns
  }
  if (!isAbsent(node.from_obj_alias) || !isAbsent(node.from_transformations)) return unknownSyntax('COPY')
  const name = readObjectName(node.from_obj, context.findings)
  const { columns } = openNamed(name, createScope(context))
  context.findings.readColumns(columns)
  return columns
}

const summarizeLoad = (node: JsonObject, context: StatementContext): StatementReport => {
  if (node.kind !== 'Table' || !isAbsent(node.from_query) || !isAbsent(node.partition))
    return unknownSyntax('COPY')
  const { table } = findTarget(node.into, context)
  readLocation(node.from_obj, context)
  if (!isAbsent(node.from_obj_alias)) context.findings.visit(readIdentifier(node.from_obj_alias))
  for (const item of listOf(node.from_transformations, 'COPY')) checkTransformation(item, context)
  const listed = listOf(node.into_columns, 'COPY').map((column) =>
    findTargetColumn([{ Identifier: column }], table, context),
  )
  const names = (listed.length > 0 ? listed : table.columns).map(({ name }) => name)
  return reportWithoutOutputs(
    'copy-into-table',
    purges(node.copy_options) ? ['insert', 'delete'] : ['insert'],
    [writeTable(table.name, 'insert', withoutLineage(names))],
  )
}

/** `PURGE = TRUE` removes the files that were loaded. Whatever is not plainly FALSE is taken for TRUE. */
const purges = (options: Json | undefined): boolean => {
  if (!isObject(options)) return !isAbsent(options)
  return listOf(options.options, 'COPY').some((option) => {
    if (!isObject(option) || typeof option.option_name !== 'string') return true
    if (option.option_name.toUpperCase() !== 'PURGE') return false
    const single = isObject(option.option_value) ? option.option_value.Single : null
    const value = isObject(single) ? single.value : null
    return !(isObject(value) && value.Boolean === false)
  })
}

const ITEM_FIELDS = new Set(['alias', 'file_col_num', 'element', 'item_as'])
/** Columns of a file by number; an expression over them could hold a subquery, and is not followed. */
const checkTransformation = (item: Json, { findings }: StatementContext): void => {
  const { name, body } = variantOf(item, 'COPY')
  if (name !== 'StageLoadSelectItem') throw new Refusal('unknown-syntax', { detail: 'COPY with expressions' })
  const node = openNode(body, 'COPY', ITEM_FIELDS)
  for (const part of [node.alias, node.element, node.item_as]) {
    if (!isAbsent(part)) findings.visit(readIdentifier(part))
  }
}

const readLocation = (value: Json | undefined, context: StatementContext): string => {
  const name = readObjectName(value, context.findings)
  // A part in double quotes would have lost them.
  if (!name.isStage || name.identifiers.some(({ quote }) => quote === '"'))
    throw new Refusal('unknown-syntax', { detail: 'COPY', place: name.place })
  const location = stageName(name.location, context)
  context.findings.stages.add(location)
  return location
}
