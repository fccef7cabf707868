import {
  databaseSecurable,
  type Privilege,
  type Securable,
  schemaSecurable,
  stageSecurable,
  tableSecurable,
} from '../access/access-control.ts'
import type { TableEntry } from '../dictionary/dictionary.ts'
import { displayName, displayObject, type ObjectName } from '../dictionary/identifier.ts'
import type { EngineConnection } from '../engine/duckdb.ts'
import { containerNotFound, insufficientPrivileges, objectNotFound } from '../snowflake-error.ts'
import { temporaryTableStageKey } from '../stage/stage.ts'
import type { Execution } from './execution.ts'
import { endTransaction } from './run-transaction.ts'

/** Runs a change of what exists: alone, after committing an open transaction, as Snowflake does. */
export const changeStructure = async <T>(
  execution: Execution,
  work: (connection: EngineConnection) => Promise<T>,
): Promise<T> => {
  const { account } = execution
  await endTransaction(execution, 'COMMIT')
  return account.structure.run(async () => {
    const connection = await account.connections.take()
    try {
      await connection.run('BEGIN TRANSACTION')
      const result = await work(connection)
      await connection.run('COMMIT')
      return result
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => undefined)
      throw error
    } finally {
      account.connections.release(connection)
    }
  })
}

export const requireAdministrator = ({ account, session }: Execution, kind: string, name: string): void => {
  if (!account.access.isAdministrator(session.role)) throw insufficientPrivileges(kind, displayName(name))
}

/** A privilege on a database or schema that the role can see, for creating something in it. */
export const requireOnSchema = (
  { account, session }: Execution,
  privilege: Privilege,
  { database, schema }: ObjectName,
): void => {
  if (schema === 'INFORMATION_SCHEMA' || !account.canUseSchema(session.role, database, schema))
    throw containerNotFound('Schema', `${displayName(database)}.${displayName(schema)}`)
  if (!account.access.has(session.role, privilege, schemaSecurable(database, schema)))
    throw insufficientPrivileges('schema', displayName(schema))
}

export const requireOnDatabase = (
  { account, session }: Execution,
  privilege: Privilege,
  database: string,
): void => {
  if (!account.canUseDatabase(session.role, database))
    throw containerNotFound('Database', displayName(database))
  if (!account.access.has(session.role, privilege, databaseSecurable(database)))
    throw insufficientPrivileges('database', displayName(database))
}

/** The table or view that the session's role owns. */
export const requireOwned = ({ account, session }: Execution, name: ObjectName): TableEntry => {
  const table = account.findTable(session, name)
  if (!table) throw objectNotFound(displayObject(name))
  account.access.requireTable(session.role, 'OWNERSHIP', table)
  return table
}

/** The creator owns what it makes. ACCOUNTADMIN needs no entry. */
export const giveOwnership = ({ account, session }: Execution, on: Securable): void => {
  account.access.forget(on)
  account.access.grant(session.role, 'OWNERSHIP', on)
}

export const forgetTable = async ({ account, session }: Execution, table: TableEntry): Promise<void> => {
  if (table.temporary) session.temporaryTables.delete(displayObject(table))
  else account.dictionary.removeTable(table)
  account.access.forget(tableSecurable(table))
  if (table.temporary) {
    const key = temporaryTableStageKey(session.id, table)
    await account.stages.files.removeStages((candidate) => candidate === key)
  } else await account.stages.forgetTable(table)
}

/** The named stages of a schema that was dropped go with their files. */
export const forgetStages = async (
  { account }: Execution,
  place: { readonly database: string; readonly schema: string },
): Promise<void> => {
  for (const stage of account.stages.all()) {
    if (stage.database !== place.database || stage.schema !== place.schema) continue
    await account.stages.drop(stage)
    account.access.forget(stageSecurable(stage))
  }
}
