import { administratorRole } from '../access/access-control.ts'
import type { Account } from '../account.ts'
import { objectNotFound } from '../snowflake-error.ts'
import type { SuppliedRelation, SuppliedValue } from '../sql/translation.ts'
import type { SchemaEntry, TableColumn, TableEntry } from './dictionary.ts'
import { displayObject, type ObjectName } from './identifier.ts'
import { dataTypeName, fixed, type SnowType, text, timestampLtz } from './snow-type.ts'

interface ViewColumn<T> {
  readonly name: string
  readonly type: SnowType
  readonly value: (row: T) => SuppliedValue
}

const words = <T>(name: string, value: (row: T) => SuppliedValue): ViewColumn<T> => ({
  name,
  type: text(),
  value,
})
const count = <T>(name: string, value: (row: T) => SuppliedValue): ViewColumn<T> => ({
  name,
  type: fixed(9),
  value,
})
const moment = <T>(name: string, value: (row: T) => SuppliedValue): ViewColumn<T> => ({
  name,
  type: timestampLtz,
  value,
})
const yesNo = (value: boolean) => (value ? 'YES' : 'NO')

const tableColumns: readonly ViewColumn<TableEntry>[] = [
  words('TABLE_CATALOG', (table) => table.database),
  words('TABLE_SCHEMA', (table) => table.schema),
  words('TABLE_NAME', (table) => table.name),
  words('TABLE_OWNER', () => administratorRole),
  words('TABLE_TYPE', (table) =>
    table.kind === 'view' ? 'VIEW' : table.temporary ? 'LOCAL TEMPORARY' : 'BASE TABLE',
  ),
  words('IS_TRANSIENT', () => 'NO'),
  words('CLUSTERING_KEY', () => null),
  count('ROW_COUNT', () => null),
  count('BYTES', () => null),
  count('RETENTION_TIME', () => 0),
  moment('CREATED', (table) => table.createdAt),
  moment('LAST_ALTERED', (table) => table.alteredAt),
  words('COMMENT', (table) => table.comment),
]

const viewColumns: readonly ViewColumn<TableEntry>[] = [
  ...tableColumns.slice(0, 4),
  words('VIEW_DEFINITION', (table) => table.definition),
  words('CHECK_OPTION', () => 'NONE'),
  words('IS_UPDATABLE', () => 'NO'),
  words('INSERTABLE_INTO', () => 'NO'),
  words('IS_SECURE', () => 'NO'),
  moment('CREATED', (table) => table.createdAt),
  moment('LAST_ALTERED', (table) => table.alteredAt),
  words('COMMENT', (table) => table.comment),
]

interface ColumnRow {
  readonly table: TableEntry
  readonly column: TableColumn
  readonly position: number
}

const lengthOf = (type: SnowType) => (type.kind === 'text' || type.kind === 'binary' ? type.length : null)

const columnColumns: readonly ViewColumn<ColumnRow>[] = [
  words('TABLE_CATALOG', ({ table }) => table.database),
  words('TABLE_SCHEMA', ({ table }) => table.schema),
  words('TABLE_NAME', ({ table }) => table.name),
  words('COLUMN_NAME', ({ column }) => column.name),
  count('ORDINAL_POSITION', ({ position }) => position),
  words('COLUMN_DEFAULT', ({ column }) => column.defaultText),
  words('IS_NULLABLE', ({ column }) => yesNo(column.nullable)),
  words('DATA_TYPE', ({ column }) => dataTypeName(column.type)),
  count('CHARACTER_MAXIMUM_LENGTH', ({ column }) => lengthOf(column.type)),
  count('CHARACTER_OCTET_LENGTH', ({ column }) => {
    const length = lengthOf(column.type)
    return length === null ? null : column.type.kind === 'text' ? Math.min(length * 4, 16_777_216) : length
  }),
  count('NUMERIC_PRECISION', ({ column: { type } }) => (type.kind === 'fixed' ? type.precision : null)),
  count('NUMERIC_PRECISION_RADIX', ({ column: { type } }) => (type.kind === 'fixed' ? 10 : null)),
  count('NUMERIC_SCALE', ({ column: { type } }) => (type.kind === 'fixed' ? type.scale : null)),
  count('DATETIME_PRECISION', ({ column: { type } }) =>
    type.kind === 'date' ? 0 : 'scale' in type && type.kind !== 'fixed' ? type.scale : null,
  ),
  words('COLLATION_NAME', () => null),
  words('IS_IDENTITY', () => 'NO'),
  words('COMMENT', ({ column }) => column.comment),
]

const schemaColumns: readonly ViewColumn<{
  readonly name: string
  readonly entry: Omit<SchemaEntry, 'tables'>
}>[] = [
  words('CATALOG_NAME', ({ entry }) => entry.database),
  words('SCHEMA_NAME', ({ name }) => name),
  words('SCHEMA_OWNER', () => administratorRole),
  words('IS_TRANSIENT', () => 'NO'),
  moment('CREATED', ({ entry }) => entry.createdAt),
  moment('LAST_ALTERED', ({ entry }) => entry.createdAt),
  words('COMMENT', () => null),
]

const databaseColumns: readonly ViewColumn<{ readonly name: string; readonly createdAt: Date }>[] = [
  words('DATABASE_NAME', ({ name }) => name),
  words('DATABASE_OWNER', () => administratorRole),
  words('IS_TRANSIENT', () => 'NO'),
  moment('CREATED', ({ createdAt }) => createdAt),
  moment('LAST_ALTERED', ({ createdAt }) => createdAt),
  words('COMMENT', () => null),
]

const relation = <T>(columns: readonly ViewColumn<T>[], rows: readonly T[]): SuppliedRelation => ({
  columns,
  rows: rows.map((row) => columns.map(({ value }) => value(row))),
})

/** The tables and views of a database on which the role has any privilege. */
const visibleTables = (account: Account, role: string, database: string): TableEntry[] =>
  [...account.dictionary.tables()]
    .filter((table) => table.database === database && account.access.isVisible(role, table))
    .sort((left, right) => (displayObject(left) < displayObject(right) ? -1 : 1))

/**
 * A view of INFORMATION_SCHEMA for a role: only what it has a privilege on is listed.
 *
 * @throws SnowflakeError 002003 for a view that is not there
 */
export const informationSchema = (account: Account, role: string, name: ObjectName): SuppliedRelation => {
  const tables = () => visibleTables(account, role, name.database)
  const database = account.dictionary.database(name.database)
  const usable = [...database.schemas.values()].filter((schema) =>
    account.canUseSchema(role, name.database, schema.name),
  )
  switch (name.name) {
    case 'TABLES':
      return relation(tableColumns, tables())
    case 'VIEWS':
      return relation(
        viewColumns,
        tables().filter(({ kind }) => kind === 'view'),
      )
    case 'COLUMNS':
      return relation(
        columnColumns,
        tables().flatMap((table) =>
          table.columns.map((column, index) => ({ table, column, position: index + 1 })),
        ),
      )
    case 'SCHEMATA':
      return relation(schemaColumns, [
        ...usable.map((entry) => ({ name: entry.name, entry })),
        { name: 'INFORMATION_SCHEMA', entry: { ...database, database: name.database } },
      ])
    case 'DATABASES':
      return relation(
        databaseColumns,
        [...account.dictionary.databases.values()].filter((entry) =>
          account.canUseDatabase(role, entry.name),
        ),
      )
    default:
      throw objectNotFound(displayObject(name))
  }
}
