import { databaseSecurable, schemaSecurable, warehouseSecurable } from '../access/access-control.ts'
import { displayName, physicalSchema, quoteIdentifier } from '../dictionary/identifier.ts'
import { containerNotFound, objectExists, unsupported } from '../snowflake-error.ts'
import { createTableStatement } from './create-table-statement.ts'
import { createViewStatement } from './create-view-statement.ts'
import { changeStructure, giveOwnership, requireAdministrator, requireOnDatabase } from './ddl.ts'
import type { Execution } from './execution.ts'
import { createStage } from './run-stage.ts'
import { type StatementResult, statusResult } from './statement-result.ts'
import { TokenReader } from './token-reader.ts'

const tableWords = ['TEMPORARY', 'TEMP', 'TRANSIENT', 'VOLATILE', 'LOCAL', 'GLOBAL', 'SECURE', 'RECURSIVE']

/** CREATE DATABASE, SCHEMA, TABLE, VIEW, STAGE, ROLE, USER, WAREHOUSE. */
export const runCreate = async (execution: Execution): Promise<StatementResult> => {
  const reader = new TokenReader(execution.tokens)
  reader.expect('CREATE')
  const replace = reader.take('OR', 'REPLACE')
  while (tableWords.some((word) => reader.take(word)));
  if (reader.take('TABLE')) return createTableStatement(execution)
  if (reader.take('VIEW')) return createViewStatement(execution)
  if (reader.take('STAGE')) return createStage(execution)
  if (replace) throw unsupported('CREATE OR REPLACE of this kind')
  if (reader.take('DATABASE')) return createDatabase(execution, reader)
  if (reader.take('SCHEMA')) return createSchema(execution, reader)
  if (reader.take('ROLE')) return createRole(execution, reader)
  if (reader.take('USER')) return createUser(execution, reader)
  if (reader.take('WAREHOUSE')) return createWarehouse(execution, reader)
  throw unsupported(
    `CREATE ${/^[A-Z]+$/.test(reader.next?.value ?? '') ? reader.next?.value : 'of this kind'}`,
  )
}

const ifNotExists = (reader: TokenReader) => reader.take('IF', 'NOT', 'EXISTS')

const kept = (name: string) => statusResult('ddl', `${name} already exists, statement succeeded.`)

const createDatabase = async (execution: Execution, reader: TokenReader): Promise<StatementResult> => {
  const { account, session } = execution
  const optional = ifNotExists(reader)
  const name = reader.name()
  reader.end()
  requireAdministrator(execution, 'account', account.name)
  if (account.dictionary.databases.has(name)) {
    if (optional) return kept(name)
    throw objectExists(displayName(name))
  }
  await changeStructure(execution, async (connection) => {
    await connection.run(`CREATE SCHEMA ${quoteIdentifier(physicalSchema(name, 'PUBLIC'))}`)
  })
  account.dictionary.createDatabase(name, new Date())
  giveOwnership(execution, databaseSecurable(name))
  giveOwnership(execution, schemaSecurable(name, 'PUBLIC'))
  session.database = name
  session.schema = 'PUBLIC'
  return statusResult('ddl', `Database ${name} successfully created.`)
}

const createSchema = async (execution: Execution, reader: TokenReader): Promise<StatementResult> => {
  const { account, session } = execution
  const optional = ifNotExists(reader)
  const [name = '', database = session.database] = reader.nameParts().reverse()
  reader.end()
  if (database === null) throw containerNotFound('Database', '')
  requireOnDatabase(execution, 'CREATE SCHEMA', database)
  if (name === 'INFORMATION_SCHEMA' || account.dictionary.database(database).schemas.has(name)) {
    if (optional) return kept(name)
    throw objectExists(displayName(name))
  }
  await changeStructure(execution, async (connection) => {
    await connection.run(`CREATE SCHEMA ${quoteIdentifier(physicalSchema(database, name))}`)
  })
  account.dictionary.createSchema(database, name, new Date())
  giveOwnership(execution, schemaSecurable(database, name))
  session.database = database
  session.schema = name
  return statusResult('ddl', `Schema ${name} successfully created.`)
}

const createRole = async (execution: Execution, reader: TokenReader): Promise<StatementResult> => {
  const { account, session } = execution
  const optional = ifNotExists(reader)
  const name = reader.name()
  reader.end()
  requireAdministrator(execution, 'account', account.name)
  if (account.access.hasRole(name)) {
    if (optional) return kept(name)
    throw objectExists(displayName(name))
  }
  account.access.createRole(name)
  session.user.roles.add(name)
  return statusResult('ddl', `Role ${name} successfully created.`)
}

const createWarehouse = async (execution: Execution, reader: TokenReader): Promise<StatementResult> => {
  const { account } = execution
  const optional = ifNotExists(reader)
  const name = reader.name()
  requireAdministrator(execution, 'account', account.name)
  if (account.warehouses.has(name) && !optional) throw objectExists(displayName(name))
  account.warehouses.add(name)
  giveOwnership(execution, warehouseSecurable(name))
  return statusResult('ddl', `Warehouse ${name} successfully created.`)
}

const createUser = async (execution: Execution, reader: TokenReader): Promise<StatementResult> => {
  const { account } = execution
  const optional = ifNotExists(reader)
  const name = reader.name()
  const properties = readProperties(reader)
  requireAdministrator(execution, 'account', account.name)
  if (account.users.byName(name)) {
    if (optional) return kept(name)
    throw objectExists(displayName(name))
  }
  const loginName = properties.get('LOGIN_NAME') ?? name
  if (account.users.byLogin(loginName)) throw objectExists(displayName(loginName))
  account.users.create({
    name,
    loginName,
    password: properties.get('PASSWORD'),
    defaultRole: properties.get('DEFAULT_ROLE')?.toUpperCase() ?? null,
    defaultWarehouse: properties.get('DEFAULT_WAREHOUSE')?.toUpperCase() ?? null,
    defaultNamespace: properties.get('DEFAULT_NAMESPACE')?.toUpperCase() ?? null,
  })
  return statusResult('ddl', `User ${name} successfully created.`)
}

const userProperties = new Set([
  'LOGIN_NAME',
  'PASSWORD',
  'DEFAULT_ROLE',
  'DEFAULT_WAREHOUSE',
  'DEFAULT_NAMESPACE',
  'DEFAULT_SECONDARY_ROLES',
  'TYPE',
  'COMMENT',
  'MUST_CHANGE_PASSWORD',
])

/** `NAME = value …`, where a value is a word, a name, a text or an empty list. */
const readProperties = (reader: TokenReader): Map<string, string> => {
  const properties = new Map<string, string>()
  while (reader.next) {
    const name = reader.name()
    reader.expect('=')
    if (!userProperties.has(name)) throw unsupported(`the property ${name} of a user`)
    if (reader.take('(', ')')) continue
    let value = reader.advance().value
    while (reader.take('.')) value += `.${reader.name()}`
    properties.set(name, value)
    reader.take(',')
  }
  return properties
}
