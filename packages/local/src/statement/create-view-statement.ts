import { tableSecurable } from '../access/access-control.ts'
import { newTable } from '../dictionary/create-table.ts'
import {
  displayName,
  displayObject,
  encodeName,
  physicalSchema,
  physicalTable,
  quoteIdentifier,
} from '../dictionary/identifier.ts'
import { resultColumns } from '../result/result-column.ts'
import { objectExists, unsupported } from '../snowflake-error.ts'
import { markStatement } from '../sql/mark-statement.ts'
import { parseStatement } from '../sql/parser.ts'
import { asNodes, foldName, isIdentifier, isObject, payloadOf } from '../sql/syntax-tree.ts'
import { translateQuery } from '../sql/translate-query.ts'
import { verifyQuery } from '../sql/verify-query.ts'
import { nameOf } from './create-table-statement.ts'
import { changeStructure, forgetTable, giveOwnership, requireOnSchema } from './ddl.ts'
import type { Execution } from './execution.ts'
import { type StatementResult, statusResult } from './statement-result.ts'
import { translationContext } from './translation-context.ts'

/**
 * CREATE VIEW.
 *
 * Snowflake: a view reads with the rights of its owner, so its query is checked here, for the role that creates it.
 */
export const createViewStatement = async (execution: Execution): Promise<StatementResult> => {
  const { account, session } = execution
  const marked = markStatement(execution.source)
  const payload = payloadOf(parseStatement(marked.text), 'create_view')
  if (!payload || !isObject(payload.name) || !isObject(payload.query))
    throw unsupported('CREATE VIEW of this form')
  if (payload.materialized) throw unsupported('a materialized view')
  if (marked.bindCount > 0 || marked.variables.length > 0) throw unsupported('binds or variables in a view')
  const name = nameOf(execution, payload.name)
  requireOnSchema(execution, 'CREATE VIEW', name)
  const existing = account.dictionary.findTable(name)
  if (existing) {
    if (payload.if_not_exists)
      return statusResult('ddl', `${displayName(name.name)} already exists, statement succeeded.`)
    if (!payload.or_replace || existing.kind !== 'view') throw objectExists(displayObject(name))
    account.access.requireTable(session.role, 'OWNERSHIP', existing)
  }
  const query = translateQuery(payload.query, marked, translationContext(execution), new Map())
  if (query.supplied.length > 0) throw unsupported('a view over INFORMATION_SCHEMA')
  if (query.tables.some((table) => table.temporary)) throw unsupported('a view over a temporary table')
  const given = asNodes(payload.columns)
    .map((column) => column.name)
    .filter(isIdentifier)
    .map(foldName)
  const entry = await changeStructure(execution, async (connection) => {
    await verifyQuery(connection, query)
    const columns = resultColumns(await connection.describe(query.text), query.columns)
    if (given.length > 0 && given.length !== columns.length) throw unsupported('this list of columns')
    const made = newTable(
      name,
      physicalSchema(name.database, name.schema),
      columns.map((column, index) => ({
        name: given[index] ?? column.name,
        type: column.type,
        nullable: column.nullable,
        defaultText: null,
        comment: null,
        primaryKey: false,
      })),
      new Date(),
    )
    const names = made.columns.map((column) => quoteIdentifier(encodeName(column.name))).join(', ')
    if (existing) await connection.run(`DROP VIEW ${physicalTable(existing)}`)
    await connection.run(`CREATE VIEW ${physicalTable(made)} (${names}) AS ${query.text}`)
    return { ...made, kind: 'view' as const, definition: execution.source }
  })
  const forgotten = existing ? forgetTable(execution, existing) : undefined
  account.dictionary.putTable(entry)
  giveOwnership(execution, tableSecurable(entry))
  await forgotten
  return statusResult('ddl', `View ${displayName(name.name)} successfully created.`)
}
