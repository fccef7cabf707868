import { administratorRole } from '../access/access-control.ts'
import type { TableEntry } from '../dictionary/dictionary.ts'
import { displayObject } from '../dictionary/identifier.ts'
import { declaredType } from '../dictionary/snow-type.ts'
import { objectNotFound, unsupported } from '../snowflake-error.ts'
import type { Execution } from './execution.ts'
import { visibleStages } from './find-stage.ts'
import { listResult, type StatementResult } from './statement-result.ts'
import { TokenReader } from './token-reader.ts'

interface Listing {
  readonly names: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
  /** Which column LIKE compares. */
  readonly nameIndex: number
}

interface Place {
  readonly database: string | null
  readonly schema: string | null
  readonly table: string | null
}

const when = (date: Date) => date.toISOString()

/** SHOW of what the role may see: databases, schemas, objects, tables, views, stages, columns, warehouses, roles, parameters, grants. */
export const runShow = async (execution: Execution): Promise<StatementResult> => {
  const reader = new TokenReader(execution.tokens)
  reader.expect('SHOW')
  const isTerse = reader.take('TERSE')
  if (reader.take('GRANTS')) return showGrants(execution, reader)
  const list = lists[reader.name()]
  if (!list) throw unsupported('SHOW of this kind')
  reader.take('HISTORY')
  const pattern = reader.take('LIKE') ? likePattern(reader.string()) : null
  const place = readPlace(execution, reader)
  const limit = reader.take('LIMIT') ? Number(reader.advance().text) : Number.POSITIVE_INFINITY
  reader.end()
  const listing = list(execution, place)
  const { names, rows, nameIndex } = isTerse ? terse(listing) : listing
  const found = rows.filter((row) => pattern === null || pattern.test(row[nameIndex] ?? ''))
  return listResult(names, found.slice(0, limit))
}

/** Of SHOW TERSE, in this order, as far as the kind of object has them. */
const TERSE = ['created_on', 'name', 'kind', 'database_name', 'schema_name']

const terse = ({ names, rows, nameIndex }: Listing): Listing => {
  const kept = TERSE.map((name) => names.indexOf(name)).filter((index) => index >= 0)
  return {
    names: kept.map((index) => names[index]!),
    rows: rows.map((row) => kept.map((index) => row[index] ?? null)),
    nameIndex: kept.indexOf(nameIndex),
  }
}

/** Snowflake: SHOW … LIKE ignores case. */
const likePattern = (pattern: string): RegExp => {
  const escaped = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'is')
}

const readPlace = ({ session }: Execution, reader: TokenReader): Place => {
  const here = { database: session.database, schema: session.schema, table: null }
  if (!reader.take('IN')) return here
  if (reader.take('ACCOUNT')) return { database: null, schema: null, table: null }
  if (reader.take('DATABASE')) return { database: reader.name(), schema: null, table: null }
  if (reader.take('TABLE') || reader.take('VIEW')) {
    const [table = '', schema = session.schema, database = session.database] = reader.nameParts().reverse()
    return { database, schema, table }
  }
  reader.take('SCHEMA')
  const [schema = '', database = session.database] = reader.nameParts().reverse()
  return { database, schema, table: null }
}

const visible = ({ account, session }: Execution, place: Place): TableEntry[] =>
  [...account.dictionary.tables(), ...session.temporaryTables.values()].filter(
    (table) =>
      (place.database === null || table.database === place.database) &&
      (place.schema === null || table.schema === place.schema) &&
      (place.table === null || table.name === place.table) &&
      account.access.isVisible(session.role, table),
  )

const listTables =
  (kind: TableEntry['kind'] | null) =>
  (execution: Execution, place: Place): Listing => ({
    names: ['created_on', 'name', 'database_name', 'schema_name', 'kind', 'comment', 'owner'],
    nameIndex: 1,
    rows: visible(execution, place)
      .filter((table) => kind === null || table.kind === kind)
      .map((table) => [
        when(table.createdAt),
        table.name,
        table.database,
        table.schema,
        table.kind === 'view' ? 'VIEW' : table.temporary ? 'TEMPORARY' : 'TABLE',
        table.comment ?? '',
        administratorRole,
      ]),
  })

const lists: Readonly<Record<string, (execution: Execution, place: Place) => Listing>> = {
  TABLES: listTables('table'),
  VIEWS: listTables('view'),
  OBJECTS: listTables(null),
  STAGES: (execution, place) => ({
    names: ['created_on', 'name', 'database_name', 'schema_name', 'url', 'owner', 'comment', 'type'],
    nameIndex: 1,
    rows: visibleStages(execution)
      .filter(({ database }) => place.database === null || database === place.database)
      .filter(({ schema }) => place.schema === null || schema === place.schema)
      .map((stage) => [
        when(stage.createdAt),
        stage.name,
        stage.database,
        stage.schema,
        '',
        administratorRole,
        stage.comment ?? '',
        stage.temporary ? 'INTERNAL TEMPORARY' : 'INTERNAL',
      ]),
  }),
  DATABASES: ({ account, session }) => ({
    names: ['created_on', 'name', 'is_default', 'is_current', 'owner', 'comment'],
    nameIndex: 1,
    rows: [...account.dictionary.databases.values()]
      .filter(({ name }) => account.canUseDatabase(session.role, name))
      .map(({ name, createdAt }) => [
        when(createdAt),
        name,
        'N',
        name === session.database ? 'Y' : 'N',
        administratorRole,
        '',
      ]),
  }),
  SCHEMAS: ({ account, session }, place) => ({
    names: ['created_on', 'name', 'is_default', 'is_current', 'database_name', 'owner', 'comment'],
    nameIndex: 1,
    rows: [...account.dictionary.databases.values()]
      .filter(({ name }) => place.database === null || name === place.database)
      .flatMap(({ schemas }) => [...schemas.values()])
      .filter(({ database, name }) => account.canUseSchema(session.role, database, name))
      .map(({ database, name, createdAt }) => [
        when(createdAt),
        name,
        'N',
        name === session.schema && database === session.database ? 'Y' : 'N',
        database,
        administratorRole,
        '',
      ]),
  }),
  COLUMNS: (execution, place) => ({
    names: [
      'table_name',
      'schema_name',
      'column_name',
      'data_type',
      'null?',
      'kind',
      'comment',
      'database_name',
    ],
    nameIndex: 2,
    rows: visible(execution, place).flatMap((table) =>
      table.columns.map((column) => [
        table.name,
        table.schema,
        column.name,
        declaredType(column.type),
        String(column.nullable),
        'COLUMN',
        column.comment ?? '',
        table.database,
      ]),
    ),
  }),
  WAREHOUSES: ({ account, session }) => ({
    names: ['name', 'state', 'type', 'size', 'is_current'],
    nameIndex: 0,
    rows: [...account.warehouses]
      .filter((name) => account.access.hasAny(session.role, `WAREHOUSE ${name}`))
      .map((name) => [name, 'STARTED', 'STANDARD', 'X-Small', name === session.warehouse ? 'Y' : 'N']),
  }),
  ROLES: ({ account, session }) => ({
    names: ['created_on', 'name', 'is_current'],
    nameIndex: 1,
    rows: account.access.roleNames().map((name) => ['', name, name === session.role ? 'Y' : 'N']),
  }),
  PARAMETERS: ({ session }) => ({
    names: ['key', 'value', 'default', 'level', 'description', 'type'],
    nameIndex: 0,
    rows: session.parameters
      .list()
      .map(({ name, value }) => [name, String(value), '', 'SESSION', '', typeof value]),
  }),
  VARIABLES: ({ session }) => ({
    names: ['session_id', 'name', 'value', 'type'],
    nameIndex: 1,
    rows: [...session.variables].map(([name, { type, value }]) => [String(session.id), name, value, type]),
  }),
}

const grantNames = ['created_on', 'privilege', 'granted_on', 'name', 'granted_to', 'grantee_name']

/** SHOW GRANTS TO ROLE name, SHOW GRANTS TO USER name, SHOW GRANTS ON TABLE name. */
const showGrants = ({ account, session }: Execution, reader: TokenReader): StatementResult => {
  const row = (role: string) => (grant: { privilege: string; on: string }) => {
    const space = grant.on.indexOf(' ')
    return ['', grant.privilege, grant.on.slice(0, space), grant.on.slice(space + 1), 'ROLE', role]
  }
  if (reader.take('TO', 'USER')) {
    const name = reader.name()
    reader.end()
    const user = account.users.byName(name)
    if (!user || (user !== session.user && !account.access.isAdministrator(session.role)))
      throw objectNotFound(name)
    return listResult(
      ['created_on', 'role', 'granted_to', 'grantee_name'],
      [...user.roles].sort().map((role) => ['', role, 'USER', name]),
    )
  }
  if (reader.take('TO')) {
    reader.take('ROLE')
    const role = reader.name()
    reader.end()
    const allowed = session.user.roles.has(role) || account.access.isAdministrator(session.role)
    if (!allowed || !account.access.hasRole(role)) throw objectNotFound(role)
    return listResult(grantNames, account.access.grantsOf(role).map(row(role)))
  }
  reader.expect('ON')
  if (!reader.take('TABLE')) reader.expect('VIEW')
  const name = account.qualify(session, reader.nameParts())
  reader.end()
  const table = account.findTable(session, name)
  if (!table || !account.access.isVisible(session.role, table)) throw objectNotFound(displayObject(name))
  const on = `TABLE ${displayObject(table)}`
  return listResult(
    grantNames,
    account.access.roleNames().flatMap((role) =>
      account.access
        .grantsOf(role)
        .filter((grant) => grant.on === on)
        .map(row(role)),
    ),
  )
}
