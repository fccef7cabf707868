import { tableSecurable } from '../access/access-control.ts'
import { createTableText, newTable } from '../dictionary/create-table.ts'
import type { TableColumn, TableEntry } from '../dictionary/dictionary.ts'
import {
  displayName,
  displayObject,
  encodeName,
  type ObjectName,
  physicalSchema,
  physicalTable,
  quoteIdentifier,
  temporarySchema,
} from '../dictionary/identifier.ts'
import type { SnowType } from '../dictionary/snow-type.ts'
import type { EngineConnection } from '../engine/duckdb.ts'
import { resultColumns } from '../result/result-column.ts'
import { objectExists, objectNotFound, SnowflakeError, unsupported } from '../snowflake-error.ts'
import { markStatement } from '../sql/mark-statement.ts'
import { parseStatement } from '../sql/parser.ts'
import {
  asList,
  asNodes,
  foldName,
  isIdentifier,
  isObject,
  payloadOf,
  type SyntaxNode,
} from '../sql/syntax-tree.ts'
import { readTypeNode } from '../sql/themes/casts.ts'
import { type TranslatedQuery, translateQuery } from '../sql/translate-query.ts'
import { verifyQuery } from '../sql/verify-query.ts'
import { changeStructure, forgetTable, giveOwnership, requireOnSchema } from './ddl.ts'
import type { Execution } from './execution.ts'
import { inlineValues } from './inline-values.ts'
import { readDefault } from './read-default.ts'
import { type StatementResult, statusResult } from './statement-result.ts'
import { translationContext } from './translation-context.ts'

interface Declared {
  readonly columns: readonly TableColumn[]
  readonly defaults: ReadonlyMap<string, string>
}

/** CREATE TABLE with columns, AS SELECT, LIKE or CLONE. */
export const createTableStatement = async (execution: Execution): Promise<StatementResult> => {
  const { account, session } = execution
  const marked = markStatement(execution.source)
  const payload = payloadOf(parseStatement(marked.text), 'create_table')
  if (!payload || !isObject(payload.name)) throw unsupported('CREATE TABLE of this form')
  const name = nameOf(execution, payload.name)
  const temporary = payload.temporary === true
  requireOnSchema(execution, temporary ? 'USAGE' : 'CREATE TABLE', name)
  const existing = temporary
    ? session.temporaryTables.get(displayObject(name))
    : account.dictionary.findTable(name)
  if (existing) {
    if (payload.if_not_exists)
      return statusResult('ddl', `${displayName(name.name)} already exists, statement succeeded.`)
    if (!payload.or_replace) throw objectExists(displayObject(name))
    account.access.requireTable(session.role, 'OWNERSHIP', existing)
  }
  const source = sourceOf(execution, payload)
  const context = translationContext(execution)
  const query = isObject(payload.as_select)
    ? translateQuery(payload.as_select, marked, context, inlineValues(execution, marked))
    : null
  const entry = await changeStructure(execution, async (connection) => {
    const declared = query
      ? await queryColumns(connection, query, declaredColumns(payload).columns)
      : source
        ? { columns: source.columns, defaults: new Map<string, string>() }
        : declaredColumns(payload)
    const made = makeEntry(execution, name, declared, temporary, commentOf(payload))
    if (temporary) await connection.run(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(made.physicalSchema)}`)
    const copied = source && payload.clone_source ? `SELECT * FROM ${physicalTable(source)}` : null
    const next = { ...made, name: existing ? `${made.name}~next` : made.name }
    if (existing?.kind === 'view') throw objectExists(displayObject(name))
    await connection.run(createTableText(next, { defaults: declared.defaults }))
    const rows = query?.text ?? copied
    if (rows) await connection.run(`INSERT INTO ${physicalTable(next)} ${rows}`)
    if (existing) {
      await connection.run(`DROP TABLE ${physicalTable(existing)}`)
      await connection.run(
        `ALTER TABLE ${physicalTable(next)} RENAME TO ${quoteIdentifier(encodeName(made.name))}`,
      )
    }
    return made
  })
  // What is forgotten at once is in its place again before anybody else can look.
  const forgotten = existing ? forgetTable(execution, existing) : undefined
  if (temporary) session.temporaryTables.set(displayObject(entry), entry)
  else account.dictionary.putTable(entry)
  giveOwnership(execution, tableSecurable(entry))
  await forgotten
  return statusResult('ddl', `Table ${displayName(name.name)} successfully created.`)
}

export const nameOf = ({ account, session }: Execution, table: SyntaxNode): ObjectName =>
  account.qualify(session, [table.catalog, table.schema, table.name].filter(isIdentifier).map(foldName))

/** The table of LIKE or CLONE: the role must be able to read it. */
const sourceOf = (execution: Execution, payload: SyntaxNode): TableEntry | null => {
  const like = asNodes(payload.constraints)
    .map((constraint) => payloadOf(constraint, 'Like'))
    .find(Boolean)
  const named = isObject(payload.clone_source)
    ? payload.clone_source
    : isObject(like?.source)
      ? like.source
      : null
  if (like && !named) throw unsupported('CREATE TABLE … LIKE of this form')
  if (!named) return null
  if (payload.clone_at_clause) throw unsupported('time travel')
  const { account, session } = execution
  const name = nameOf(execution, named)
  const table = account.findTable(session, name)
  if (table?.kind !== 'table') throw objectNotFound(displayObject(name))
  account.access.requireTable(session.role, 'SELECT', table)
  return table
}

const makeEntry = (
  { session }: Execution,
  name: ObjectName,
  declared: Declared,
  temporary: boolean,
  comment: string | null,
): TableEntry => {
  if (declared.columns.length === 0) throw unsupported('a table without columns')
  const names = new Set(declared.columns.map((column) => column.name))
  if (names.size !== declared.columns.length)
    throw new SnowflakeError('002025', '42S21', 'SQL compilation error:\nduplicate column name')
  const schema = temporary ? temporarySchema(session.id) : physicalSchema(name.database, name.schema)
  return newTable(name, schema, declared.columns, new Date(), { temporary, comment })
}

const commentOf = (payload: SyntaxNode): string | null => {
  const option = asList(payload.mysql_table_options)
    .map(asList)
    .find(([key]) => String(key).toUpperCase() === 'COMMENT')
  return option ? String(option[1]).replace(/^'|'$/g, '').replaceAll("''", "'") : null
}

const declaredColumns = (payload: SyntaxNode): Declared => {
  const keys = new Set(
    asNodes(payload.constraints).flatMap((constraint) =>
      asList(payloadOf(constraint, 'PrimaryKey')?.columns).filter(isIdentifier).map(foldName),
    ),
  )
  const defaults = new Map<string, string>()
  const columns = asNodes(payload.columns).map((column): TableColumn => {
    if (!isIdentifier(column.name)) throw unsupported('a column of this form')
    const name = foldName(column.name)
    if (column.auto_increment) throw unsupported('AUTOINCREMENT')
    const given = readDefault(column.default)
    if (given) defaults.set(name, given)
    const primaryKey = column.primary_key === true || keys.has(name)
    const comment = asNodes(column.constraints)
      .map((constraint) => constraint.Comment)
      .find((text) => typeof text === 'string')
    return {
      name,
      type: readTypeNode(column.data_type),
      nullable: column.nullable !== false && !primaryKey,
      defaultText: given,
      comment: typeof comment === 'string' ? comment : null,
      primaryKey,
    }
  })
  return { columns, defaults }
}

/** The columns of a query's result, with the names and types that the statement gives, if it does. */
const queryColumns = async (
  connection: EngineConnection,
  query: TranslatedQuery,
  declared: readonly TableColumn[],
): Promise<Declared> => {
  await verifyQuery(connection, query)
  const columns = resultColumns(await connection.describe(query.text), query.columns)
  if (declared.length > 0 && declared.length !== columns.length) throw unsupported('this list of columns')
  const type = (index: number, own: SnowType): SnowType => declared[index]?.type ?? own
  return {
    columns: columns.map((column, index) => ({
      name: declared[index]?.name ?? column.name,
      type: type(index, column.type),
      nullable: true,
      defaultText: null,
      comment: null,
      primaryKey: false,
    })),
    defaults: new Map(),
  }
}
