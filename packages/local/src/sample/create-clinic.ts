import {
  administratorRole,
  databaseSecurable,
  schemaSecurable,
  tableSecurable,
  warehouseSecurable,
} from '../access/access-control.ts'
import type { Account } from '../account.ts'
import { createTable } from '../dictionary/create-table.ts'
import { encodeName, physicalSchema, quoteIdentifier } from '../dictionary/identifier.ts'
import type { LocalSettings } from '../local-options.ts'
import { clinicTables } from './clinic-tables.ts'
import type { Dataset } from './dataset.ts'

const database = 'CLINIC'
const schema = 'PUBLIC'
const warehouse = 'AGENTS'
const reader = 'CLINIC_READER'
/** Role and user with which the broker reads the catalogue. */
const catalogueReader = 'SNOWFENCE_CATALOG'
const notesReader = 'CLINIC_NOTES_READER'
const guarded = 'PSYCHOTHERAPY_NOTES'

/** Fills an account with the sample clinic, its warehouse, its roles and its users. */
export const createClinic = async (
  account: Account,
  settings: LocalSettings,
  dataset: Dataset,
): Promise<void> => {
  createPeople(account, settings)
  const createdAt = new Date()
  account.dictionary.createDatabase(database, createdAt)
  const connection = await account.connections.take()
  try {
    await connection.run(`CREATE SCHEMA ${quoteIdentifier(physicalSchema(database, schema))}`)
    for (const [name, columns] of Object.entries(clinicTables)) {
      await createTable(account.dictionary, connection, { database, schema, name }, columns, createdAt)
      await connection.append(physicalSchema(database, schema), encodeName(name), dataset.rows[name] ?? [])
    }
  } finally {
    account.connections.release(connection)
  }
  grantClinic(account)
}

const createPeople = (account: Account, settings: LocalSettings): void => {
  account.warehouses.add(warehouse)
  for (const role of [reader, notesReader, catalogueReader]) {
    account.access.createRole(role)
    account.access.grantRole(role, 'SYSADMIN')
  }
  const { username, password } = settings.administrator
  const administrator = account.users.create({
    name: username.toUpperCase(),
    loginName: username,
    password,
    defaultRole: administratorRole,
    defaultWarehouse: warehouse,
    defaultNamespace: `${database}.${schema}`,
  })
  for (const role of account.access.roleNames()) administrator.roles.add(role)
  const agent = account.users.create({
    name: 'CLINIC_AGENT',
    defaultRole: reader,
    defaultWarehouse: warehouse,
    defaultNamespace: `${database}.${schema}`,
  })
  agent.roles.add(reader).add(notesReader)
  const catalogue = account.users.create({ name: catalogueReader, defaultRole: catalogueReader })
  catalogue.roles.add(catalogueReader)
}

/**
 * The base role reads every table but the psychotherapy notes, whose structure alone it may see: REFERENCES shows a
 * table in INFORMATION_SCHEMA and gives no rows. The broker's own role has nothing else.
 */
const grantClinic = ({ access }: Account): void => {
  for (const role of [reader, notesReader]) {
    access.grant(role, 'USAGE', databaseSecurable(database))
    access.grant(role, 'USAGE', schemaSecurable(database, schema))
    access.grant(role, 'USAGE', warehouseSecurable(warehouse))
    for (const name of Object.keys(clinicTables)) {
      const table = tableSecurable({ database, schema, name })
      access.grant(role, name === guarded && role === reader ? 'REFERENCES' : 'SELECT', table)
    }
  }
  access.grant(catalogueReader, 'USAGE', databaseSecurable(database))
  access.grant(catalogueReader, 'USAGE', schemaSecurable(database, schema))
  for (const name of Object.keys(clinicTables)) {
    access.grant(catalogueReader, 'REFERENCES', tableSecurable({ database, schema, name }))
  }
}
