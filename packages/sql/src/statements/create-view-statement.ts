import { readIdentifier } from '../parser/identifier-node.ts'
import { isAbsent, type Json, listOf, openNode, unknownSyntax } from '../parser/node.ts'
import { readObjectName } from '../resolve/object-name.ts'
import { resolveQuery } from '../resolve/query.ts'
import { refuseRepeated } from '../resolve/repeated-column.ts'
import type { StatementContext } from '../resolve/scope.ts'
import { qualify } from '../resolve/table-lookup.ts'
import { refuseUnplaced } from '../resolve/unplaced-column.ts'
import { createEffects, createWrites, namedOutputs } from './create-table-statement.ts'
import { reportWithoutOutputs, type StatementReport } from './statement-report.ts'
import { readTargetName } from './written-table.ts'

const FIELDS = new Set(['name', 'columns', 'query', 'options', 'or_replace'])
const IDLE = new Set(['secure', 'materialized', 'if_not_exists', 'comment', 'temporary', 'copy_grants'])
const COLUMN_FIELDS = new Set(['name'])

/** CREATE VIEW: its columns carry the lineage of its query. */
export const summarizeCreateView = (body: Json, context: StatementContext): StatementReport => {
  const node = openNode(body, 'CREATE VIEW', FIELDS, IDLE)
  if (!isAbsent(node.options) && node.options !== 'None') return unknownSyntax('CREATE VIEW with options')
  const target = readTargetName(node.name, context)
  const targets = listOf(node.columns, 'CREATE VIEW').map((column) => {
    const identifier = readIdentifier(openNode(column, 'CREATE VIEW', COLUMN_FIELDS).name)
    context.findings.visit(identifier)
    return { name: identifier.name, type: null }
  })
  const { columns } = resolveQuery(node.query, inside(node.name, context), { parent: null, ctes: null })
  refuseRepeated(columns)
  refuseUnplaced(columns)
  return reportWithoutOutputs(
    'create-view',
    createEffects(node, context),
    createWrites(node, target, namedOutputs(targets, columns, context)),
  )
}

/**
 * Names inside of a view are completed with its own database and schema. Where those are not the session's, a name that leaves
 * one out could mean another table than the session does, so it is refused.
 */
const inside = (name: Json | undefined, context: StatementContext): StatementContext => {
  const [database, schema] = qualify(readObjectName(name, context.findings), context)
  if (database !== context.database) return { ...context, database: null, schema: null }
  return schema === context.schema ? context : { ...context, schema: null }
}
