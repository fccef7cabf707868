import { containerNotFound, objectExists } from '../snowflake-error.ts'
import { displayName, displayObject, type ObjectName } from './identifier.ts'
import type { SnowType } from './snow-type.ts'

export interface TableColumn {
  readonly name: string
  readonly type: SnowType
  readonly nullable: boolean
  /** The DEFAULT expression as written, or null. */
  readonly defaultText: string | null
  readonly comment: string | null
  readonly primaryKey: boolean
}

export interface TableEntry extends ObjectName {
  readonly kind: 'table' | 'view'
  /** The DuckDB schema that holds it. */
  readonly physicalSchema: string
  readonly temporary: boolean
  readonly columns: readonly TableColumn[]
  /** The CREATE VIEW statement as written. */
  readonly definition: string | null
  readonly comment: string | null
  readonly createdAt: Date
  readonly alteredAt: Date
}

export interface SchemaEntry {
  readonly database: string
  readonly name: string
  readonly createdAt: Date
  readonly tables: Map<string, TableEntry>
}

interface DatabaseEntry {
  readonly name: string
  readonly createdAt: Date
  readonly schemas: Map<string, SchemaEntry>
}

/**
 * What exists, with Snowflake's own types: DuckDB does not know a VARCHAR's length or an ARRAY from a VARIANT.
 *
 * INVARIANT: an entry is here if and only if its table or view exists in DuckDB; both change under one lock.
 */
export class Dictionary {
  readonly databases = new Map<string, DatabaseEntry>()

  createDatabase(name: string, createdAt: Date): DatabaseEntry {
    if (this.databases.has(name)) throw objectExists(displayName(name))
    const entry: DatabaseEntry = { name, createdAt, schemas: new Map() }
    this.databases.set(name, entry)
    this.createSchema(name, 'PUBLIC', createdAt)
    return entry
  }

  createSchema(database: string, name: string, createdAt: Date): SchemaEntry {
    const owner = this.database(database)
    if (owner.schemas.has(name)) throw objectExists(displayName(name))
    const entry: SchemaEntry = { database, name, createdAt, tables: new Map() }
    owner.schemas.set(name, entry)
    return entry
  }

  database(name: string): DatabaseEntry {
    const entry = this.databases.get(name)
    if (!entry) throw containerNotFound('Database', displayName(name))
    return entry
  }

  schema(database: string, name: string): SchemaEntry {
    const entry = this.database(database).schemas.get(name)
    if (!entry) throw containerNotFound('Schema', `${displayName(database)}.${displayName(name)}`)
    return entry
  }

  findTable({ database, schema, name }: ObjectName): TableEntry | null {
    return this.databases.get(database)?.schemas.get(schema)?.tables.get(name) ?? null
  }

  putTable(entry: TableEntry): void {
    this.schema(entry.database, entry.schema).tables.set(entry.name, entry)
  }

  removeTable(name: ObjectName): void {
    this.schema(name.database, name.schema).tables.delete(name.name)
  }

  *tables(): Generator<TableEntry> {
    for (const database of this.databases.values())
      for (const schema of database.schemas.values()) yield* schema.tables.values()
  }
}

export const tableKey = (name: ObjectName): string => displayObject(name)
