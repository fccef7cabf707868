import { columnDeclaration } from '../dictionary/create-table.ts'
import type { TableColumn, TableEntry } from '../dictionary/dictionary.ts'
import { displayName, encodeName, physicalTable, quoteIdentifier } from '../dictionary/identifier.ts'
import { parseType } from '../dictionary/parse-type.ts'
import {
  invalidIdentifier,
  objectExists,
  objectNotFound,
  statementCancelled,
  unsupported,
} from '../snowflake-error.ts'
import { changeStructure, requireAdministrator, requireOwned } from './ddl.ts'
import type { Execution } from './execution.ts'
import { executed, type StatementResult } from './statement-result.ts'
import { TokenReader } from './token-reader.ts'

/** ALTER TABLE … ADD, DROP and RENAME COLUMN; ALTER USER … SET DISABLED and ABORT ALL QUERIES. */
export const runAlter = async (execution: Execution): Promise<StatementResult> => {
  const reader = new TokenReader(execution.tokens)
  reader.expect('ALTER')
  if (reader.take('TABLE')) return alterTable(execution, reader)
  if (reader.take('USER')) return alterUser(execution, reader)
  throw unsupported('ALTER of this kind')
}

const alterTable = async (execution: Execution, reader: TokenReader): Promise<StatementResult> => {
  const { account, session } = execution
  const table = requireOwned(execution, account.qualify(session, reader.nameParts()))
  if (table.kind !== 'table') throw unsupported('ALTER TABLE of a view')
  const { text, columns } = readChange(reader, table)
  reader.end()
  await changeStructure(execution, (connection) =>
    connection.run(`ALTER TABLE ${physicalTable(table)} ${text}`),
  )
  const changed: TableEntry = { ...table, columns, alteredAt: new Date() }
  if (table.temporary)
    session.temporaryTables.set(
      [table.database, table.schema, table.name].map(displayName).join('.'),
      changed,
    )
  else account.dictionary.putTable(changed)
  return executed('ddl')
}

const readChange = (
  reader: TokenReader,
  table: TableEntry,
): { text: string; columns: readonly TableColumn[] } => {
  const has = (name: string) => table.columns.some((column) => column.name === name)
  const require = (name: string) => {
    if (!has(name)) throw invalidIdentifier(displayName(name))
    return name
  }
  if (reader.take('ADD')) {
    reader.take('COLUMN')
    const name = reader.name()
    if (has(name)) throw objectExists(displayName(name))
    const words: string[] = []
    while (reader.next) words.push(reader.advance().text)
    const column = {
      name,
      type: parseType(words.join(' ')),
      nullable: true,
      defaultText: null,
      comment: null,
      primaryKey: false,
    }
    return { text: `ADD COLUMN ${columnDeclaration(column)}`, columns: [...table.columns, column] }
  }
  if (reader.take('DROP')) {
    reader.take('COLUMN')
    const name = require(reader.name())
    const columns = table.columns.filter((column) => column.name !== name)
    return { text: `DROP COLUMN ${quoteIdentifier(encodeName(name))}`, columns }
  }
  if (reader.take('RENAME', 'COLUMN')) {
    const from = require(reader.name())
    reader.expect('TO')
    const to = reader.name()
    if (has(to)) throw objectExists(displayName(to))
    const [before, after] = [from, to].map((name) => quoteIdentifier(encodeName(name)))
    const columns = table.columns.map((column) => (column.name === from ? { ...column, name: to } : column))
    return { text: `RENAME COLUMN ${before} TO ${after}`, columns }
  }
  throw unsupported('ALTER TABLE of this form')
}

const alterUser = async (execution: Execution, reader: TokenReader): Promise<StatementResult> => {
  const { account } = execution
  const name = reader.name()
  requireAdministrator(execution, 'user', name)
  const user = account.users.byName(name)
  if (!user) throw objectNotFound(displayName(name))
  if (reader.take('ABORT', 'ALL', 'QUERIES')) {
    reader.end()
    for (const query of account.queries.history())
      if (query.session.user === user && query !== execution.query) query.abort(statementCancelled())
    return executed('ddl')
  }
  reader.expect('SET', 'DISABLED', '=')
  const disabled = reader.take('TRUE')
  if (!disabled) reader.expect('FALSE')
  reader.end()
  user.disabled = disabled
  return executed('ddl')
}
