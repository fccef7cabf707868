import type { Effect } from '@snowfence/core'
import { type Json, listOf, openNode } from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import type { StatementContext } from '../resolve/scope.ts'
import { reportWithoutOutputs, type StatementReport } from './statement-report.ts'
import { readTargetName, writeTable } from './written-table.ts'

const DROP_FIELDS = new Set(['object_type', 'names'])
const DROP_IDLE = new Set(['if_exists', 'cascade', 'restrict'])
const KINDS: ReadonlyMap<string, string> = new Map([
  ['Table', 'drop-table'],
  ['View', 'drop-view'],
])

/** DROP TABLE and DROP VIEW. Dropping what holds many tables names none of them, and is not followed. */
export const summarizeDrop = (body: Json, context: StatementContext): StatementReport => {
  const node = openNode(body, 'DROP', DROP_FIELDS, DROP_IDLE)
  const kind = typeof node.object_type === 'string' ? KINDS.get(node.object_type) : undefined
  if (kind === undefined) throw new Refusal('statement-not-supported')
  return reportOf(kind, 'drop', listOf(node.names, 'DROP'), context)
}

const TRUNCATE_FIELDS = new Set(['table_names'])
const TRUNCATE_IDLE = new Set(['table', 'if_exists'])
const NAME_FIELDS = new Set(['name'])

export const summarizeTruncate = (body: Json, context: StatementContext): StatementReport => {
  const node = openNode(body, 'TRUNCATE', TRUNCATE_FIELDS, TRUNCATE_IDLE)
  const names = listOf(node.table_names, 'TRUNCATE').map(
    (target) => openNode(target, 'TRUNCATE', NAME_FIELDS).name!,
  )
  return reportOf('truncate', 'truncate', names, context)
}

const reportOf = (
  kind: string,
  effect: Effect,
  names: readonly Json[],
  context: StatementContext,
): StatementReport =>
  reportWithoutOutputs(
    kind,
    [effect],
    names.map((name) => writeTable(readTargetName(name, context), effect, [])),
  )
