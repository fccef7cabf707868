import type { Catalog, TableName } from '@snowfence/core'
import { writeIdentifier, writeName } from '../lexer/identifier.ts'
import type { Json } from '../parser/node.ts'
import { type BaseColumn, valueFlow } from '../resolve/flow.ts'
import type { Value } from '../resolve/value.ts'
import { unknownType } from '../types/sql-type.ts'
import { catalogueColumns } from './catalogue-columns.ts'
import { informationSchemaColumns } from './information-schema.ts'

/** A column as a query sees it. */
export interface RelationColumn extends Value {
  readonly name: string
  /** Whether it stands for every column that a PIVOT makes of values, which nobody can name. */
  readonly repeats?: true
  /** Whether a name that Snowflake makes up for it, where it has none, may be a plain word. */
  readonly isMaybeWord?: true
  /** Whether its place among the others is not known. */
  readonly isUnplaced?: true
  /** The view's own column, for one that is seen through a view's definition. */
  readonly view?: BaseColumn
}

/** A table or view of the warehouse. */
export interface BaseTable {
  readonly name: TableName
  readonly parts: readonly [database: string, schema: string, table: string]
  readonly columns: readonly RelationColumn[]
  /** A view's query, where the catalogue has it. */
  readonly definition: string | null
  readonly isMetadata: boolean
  /** Filled once the definition was parsed. */
  parsedDefinition: Json | null
}

const cache = new WeakMap<Catalog, CatalogueIndex>()

/** Looks tables up in a catalogue. Tables are made on first use and kept as long as the catalogue. */
export class CatalogueIndex {
  readonly #catalog: Catalog
  readonly #tables = new Map<TableName, BaseTable | null>()

  private constructor(catalog: Catalog) {
    this.#catalog = catalog
  }

  static of(catalog: Catalog): CatalogueIndex {
    let index = cache.get(catalog)
    if (index === undefined) {
      index = new CatalogueIndex(catalog)
      cache.set(catalog, index)
    }
    return index
  }

  find(database: string, schema: string, table: string): BaseTable | null {
    const name = writeName([database, schema, table])
    let found = this.#tables.get(name)
    if (found === undefined) {
      found = this.#make(name, database, schema, table)
      this.#tables.set(name, found)
    }
    return found
  }

  /** Names of the tables of a schema. */
  tablesOf(database: string, schema: string): readonly string[] {
    return this.hasSchema(database, schema) ? Object.keys(this.#catalog[database]![schema]!) : []
  }

  /** The schemas of a database that have a table of this name. */
  schemasWith(database: string, table: string): readonly string[] {
    if (!this.hasDatabase(database)) return []
    return Object.keys(this.#catalog[database]!).filter((schema) =>
      Object.hasOwn(this.#catalog[database]![schema]!, table),
    )
  }

  hasSchema(database: string, schema: string): boolean {
    return Object.hasOwn(this.#catalog, database) && Object.hasOwn(this.#catalog[database]!, schema)
  }

  hasDatabase(database: string): boolean {
    return Object.hasOwn(this.#catalog, database)
  }

  #make(name: TableName, database: string, schema: string, table: string): BaseTable | null {
    const entry = this.hasSchema(database, schema) ? own(this.#catalog[database]![schema]!, table) : undefined
    const isMetadata = schema === 'INFORMATION_SCHEMA'
    const columns =
      entry !== undefined
        ? catalogueColumns(entry)
        : isMetadata && this.hasDatabase(database)
          ? informationSchemaColumns.get(table)?.map((column) => ({ name: column, type: unknownType }))
          : undefined
    if (columns === undefined) return null
    return {
      name,
      parts: [database, schema, table],
      columns: columns.map(({ name: column, type }) => {
        const base: BaseColumn = {
          table: name,
          column,
          name: `${name}.${writeIdentifier(column)}`,
          type: type.family,
        }
        return {
          name: column,
          type,
          lineage: new Map([[base, valueFlow]]),
          isConstant: false,
          mayFail: false,
        }
      }),
      definition: entry !== undefined && 'definition' in entry ? (entry.definition ?? null) : null,
      isMetadata,
      parsedDefinition: null,
    }
  }
}

/** Names come from outside and may be `constructor` or `__proto__`. */
const own = <Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined
