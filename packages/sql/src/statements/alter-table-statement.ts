import type { TableWrite } from '@snowfence/core'
import type { BaseTable } from '../catalogue/catalogue-index.ts'
import { writeName } from '../lexer/identifier.ts'
import { readIdentifier } from '../parser/identifier-node.ts'
import { type Json, listOf, openNode, unknownSyntax, variantOf } from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { visitType } from '../resolve/cast.ts'
import { readObjectName } from '../resolve/object-name.ts'
import { createScope, type StatementContext } from '../resolve/scope.ts'
import { qualify } from '../resolve/table-lookup.ts'
import { nullConstant } from '../resolve/value.ts'
import { reportWithoutOutputs, type StatementReport } from './statement-report.ts'
import { findTarget, findTargetColumn, writeTable } from './written-table.ts'

const FIELDS = new Set(['name', 'operations'])
const IDLE = new Set(['if_exists'])

/** ALTER TABLE. Where data gets another name, by SWAP or RENAME, its lineage goes with it. */
export const summarizeAlterTable = (body: Json, context: StatementContext): StatementReport => {
  const node = openNode(body, 'ALTER TABLE', FIELDS, IDLE)
  const { table } = findTarget(node.name, context)
  const writes = listOf(node.operations, 'ALTER TABLE').flatMap((operation) => {
    const { name, body: detail } = variantOf(operation, 'ALTER TABLE')
    const summarize = operations.get(name)
    return summarize === undefined ? unknownSyntax(`ALTER TABLE ${name}`) : summarize(detail, table, context)
  })
  return reportWithoutOutputs('alter-table', ['alter'], writes)
}

type Operation = (body: Json, table: BaseTable, context: StatementContext) => readonly TableWrite[]

const allColumns = ({ columns }: BaseTable, { findings }: StatementContext) => {
  findings.readColumns(columns)
  return columns
}

const SWAP_FIELDS = new Set(['table_name'])
const swap: Operation = (body, table, context) => {
  const { table: other } = findTarget(openNode(body, 'SWAP', SWAP_FIELDS).table_name, context)
  return [
    writeTable(table.name, 'alter', allColumns(other, context)),
    writeTable(other.name, 'alter', allColumns(table, context)),
  ]
}

const rename: Operation = (body, table, context) => {
  const { name, body: target } = variantOf(openNode(body, 'RENAME', SWAP_FIELDS).table_name, 'RENAME')
  if (name !== 'To') return unknownSyntax('RENAME')
  return [
    writeTable(table.name, 'alter', []),
    writeTable(newName(target, table, context), 'create', allColumns(table, context)),
  ]
}

/** Whether a name without a schema means the table's schema or the session's is not said, so they must be one. */
const newName = (target: Json | undefined, table: BaseTable, context: StatementContext): string => {
  const name = readObjectName(target, context.findings)
  if (name.isStage) throw new Refusal('stage-not-supported', { place: name.place })
  const [database, schema] = table.parts
  const inSession = writeName(qualify(name, context))
  if (writeName(qualify(name, { database, schema })) !== inSession)
    throw new Refusal('no-current-schema', { detail: writeName(name.parts), place: name.place })
  return inSession
}

const RENAME_FIELDS = new Set(['old_column_name', 'new_column_name'])
const renameColumn: Operation = (body, table, context) => {
  const node = openNode(body, 'RENAME COLUMN', RENAME_FIELDS)
  const column = findTargetColumn([{ Identifier: node.old_column_name! }], table, context)
  const renamed = readIdentifier(node.new_column_name)
  context.findings.visit(renamed)
  context.findings.readColumns([column])
  return [writeTable(table.name, 'alter', [{ ...column, name: renamed.name }])]
}

const DROP_FIELDS = new Set(['column_names'])
const DROP_IDLE = new Set(['has_column_keyword', 'if_exists', 'drop_behavior'])
const dropColumn: Operation = (body, table, context) => {
  for (const column of listOf(
    openNode(body, 'DROP COLUMN', DROP_FIELDS, DROP_IDLE).column_names,
    'DROP COLUMN',
  )) {
    findTargetColumn([{ Identifier: column }], table, context)
  }
  return [writeTable(table.name, 'alter', [])]
}

const ADD_FIELDS = new Set(['column_def'])
const ADD_IDLE = new Set(['column_keyword', 'if_not_exists'])
const DEFINITION_FIELDS = new Set(['name', 'data_type'])
const addColumn: Operation = (body, table, context) => {
  const definition = openNode(
    openNode(body, 'ADD COLUMN', ADD_FIELDS, ADD_IDLE).column_def,
    'ADD COLUMN',
    DEFINITION_FIELDS,
  )
  const identifier = readIdentifier(definition.name)
  context.findings.visit(identifier)
  visitType(definition.data_type, createScope(context))
  if (table.columns.some(({ name }) => name === identifier.name)) {
    throw new Refusal('ambiguous-column', { detail: writeName([identifier.name]) })
  }
  return [writeTable(table.name, 'alter', [{ ...nullConstant, name: identifier.name }])]
}

const operations: ReadonlyMap<string, Operation> = new Map([
  ['SwapWith', swap],
  ['RenameTable', rename],
  ['RenameColumn', renameColumn],
  ['DropColumn', dropColumn],
  ['AddColumn', addColumn],
])
