import { databaseSecurable, schemaSecurable, warehouseSecurable } from '../access/access-control.ts'
import {
  displayName,
  displayObject,
  physicalSchema,
  physicalTable,
  quoteIdentifier,
} from '../dictionary/identifier.ts'
import { containerNotFound, objectNotFound, unsupported } from '../snowflake-error.ts'
import {
  changeStructure,
  forgetStages,
  forgetTable,
  requireAdministrator,
  requireOnDatabase,
  requireOwned,
} from './ddl.ts'
import type { Execution } from './execution.ts'
import { dropStage } from './run-stage.ts'
import { type StatementResult, statusResult } from './statement-result.ts'
import { TokenReader } from './token-reader.ts'

const dropped = (name: string) => statusResult('ddl', `${displayName(name)} successfully dropped.`)
const missing = () => statusResult('ddl', 'Drop statement executed successfully (object already dropped).')

/** DROP TABLE, VIEW, STAGE, SCHEMA, DATABASE, ROLE, USER, WAREHOUSE [IF EXISTS] name [CASCADE | RESTRICT]. */
export const runDrop = async (execution: Execution): Promise<StatementResult> => {
  const reader = new TokenReader(execution.tokens)
  reader.expect('DROP')
  const kind = reader.name()
  const optional = reader.take('IF', 'EXISTS')
  const parts = reader.nameParts()
  if (!reader.take('CASCADE')) reader.take('RESTRICT')
  reader.end()
  const name = parts.at(-1) as string
  switch (kind) {
    case 'TABLE':
    case 'VIEW':
      return dropTable(execution, kind, parts, optional)
    case 'STAGE':
      return dropStage(execution, parts, optional)
    case 'SCHEMA':
      return dropSchema(execution, parts, optional)
    case 'DATABASE':
      return dropDatabase(execution, name, optional)
    case 'ROLE':
    case 'USER':
    case 'WAREHOUSE':
      requireAdministrator(execution, kind.toLowerCase(), name)
      return dropPrincipal(execution, kind, name, optional)
    default:
      throw unsupported('DROP of this kind')
  }
}

const dropTable = async (
  execution: Execution,
  kind: 'TABLE' | 'VIEW',
  parts: readonly string[],
  optional: boolean,
): Promise<StatementResult> => {
  const { account, session } = execution
  const name = account.qualify(session, parts)
  if (!account.findTable(session, name) && optional) return missing()
  const table = requireOwned(execution, name)
  if (table.kind.toUpperCase() !== kind) throw objectNotFound(displayObject(name))
  await changeStructure(execution, (connection) => connection.run(`DROP ${kind} ${physicalTable(table)}`))
  await forgetTable(execution, table)
  return dropped(name.name)
}

const dropSchema = async (
  execution: Execution,
  parts: readonly string[],
  optional: boolean,
): Promise<StatementResult> => {
  const { account, session } = execution
  const [name = '', database = session.database ?? ''] = [...parts].reverse()
  const entry = account.dictionary.databases.get(database)?.schemas.get(name)
  if (!entry && optional) return missing()
  if (!entry || !account.canUseSchema(session.role, database, name))
    throw containerNotFound('Schema', displayName(name))
  requireOnDatabase(execution, 'OWNERSHIP', database)
  await changeStructure(execution, (connection) =>
    connection.run(`DROP SCHEMA ${quoteIdentifier(physicalSchema(database, name))} CASCADE`),
  )
  const forgotten = [...entry.tables.values()].map((table) => forgetTable(execution, table))
  account.dictionary.database(database).schemas.delete(name)
  account.access.forget(schemaSecurable(database, name))
  await Promise.all([...forgotten, forgetStages(execution, { database, schema: name })])
  return dropped(name)
}

const dropDatabase = async (
  execution: Execution,
  name: string,
  optional: boolean,
): Promise<StatementResult> => {
  const { account } = execution
  if (!account.dictionary.databases.has(name) && optional) return missing()
  requireOnDatabase(execution, 'OWNERSHIP', name)
  const entry = account.dictionary.database(name)
  await changeStructure(execution, async (connection) => {
    for (const schema of entry.schemas.keys())
      await connection.run(`DROP SCHEMA ${quoteIdentifier(physicalSchema(name, schema))} CASCADE`)
  })
  const forgotten: Promise<void>[] = []
  for (const schema of entry.schemas.values()) {
    for (const table of [...schema.tables.values()]) forgotten.push(forgetTable(execution, table))
    forgotten.push(forgetStages(execution, { database: name, schema: schema.name }))
    account.access.forget(schemaSecurable(name, schema.name))
  }
  account.dictionary.databases.delete(name)
  account.access.forget(databaseSecurable(name))
  await Promise.all(forgotten)
  return dropped(name)
}

const dropPrincipal = (
  { account }: Execution,
  kind: 'ROLE' | 'USER' | 'WAREHOUSE',
  name: string,
  optional: boolean,
): StatementResult => {
  const user = kind === 'USER' ? account.users.byName(name) : null
  const exists =
    kind === 'ROLE'
      ? account.access.hasRole(name)
      : kind === 'USER'
        ? user !== null
        : account.warehouses.has(name)
  if (!exists) {
    if (optional) return missing()
    throw objectNotFound(displayName(name))
  }
  if (kind === 'ROLE') {
    account.access.dropRole(name)
    for (const each of account.users.all()) each.roles.delete(name)
  } else if (user) {
    user.disabled = true
    account.users.drop(user)
  } else {
    account.warehouses.delete(name)
    account.access.forget(warehouseSecurable(name))
  }
  return dropped(name)
}
