import type { Catalog } from '@snowfence/core'
import { catalogFromRows, catalogStatements, type StoredTableName, tableStatements } from '@snowfence/sql'
import type { SessionContext } from '../pipeline/statement-states.ts'

/** Between two readings at least this long, so that a wrong name in a loop does not become a loop of readings. */
const LEAST_INTERVAL_MS = 2_000
/** A structure older than this is read again: a view may have been replaced by one that shows other columns. */
const LONGEST_LIFE_MS = 300_000

interface Entry {
  readonly catalog: Catalog
  readonly readAtMs: number
}

// What a role can see is the same for every connection of this process that holds it.
const shared = new Map<string, Promise<Entry>>()

/** How many tables of other databases, and of the session alone, are kept. */
const MAX_NAMED = 1_000

interface NamedTable {
  /** Null for a name that the warehouse did not know. */
  readonly catalog: Catalog | null
  readonly readAtMs: number
}

/**
 * The warehouse's structure as the session's role sees it, read from INFORMATION_SCHEMA once per account and role. Tables
 * of other databases, temporary tables and new ones are looked up by name when a statement needs them; those are
 * this session's alone.
 */
export class CatalogueCache {
  readonly #endpoint: string
  readonly #read: (sqlText: string) => Promise<unknown[][]>
  readonly #context: () => SessionContext
  readonly #named = new Map<string, NamedTable>()
  /** The catalogue with the tables that were looked up: one object for as long as neither changes. */
  #merged: { readonly base: Catalog; readonly catalog: Catalog } | null = null

  /** `endpoint` tells apart servers that answer for the same account. */
  constructor(
    endpoint: string,
    read: (sqlText: string) => Promise<unknown[][]>,
    context: () => SessionContext,
  ) {
    this.#endpoint = endpoint
    this.#read = read
    this.#context = context
  }

  async current(): Promise<Catalog> {
    const base = await this.#base()
    this.#forgetOldTables()
    if (this.#named.size === 0) return base
    if (this.#merged?.base !== base) this.#merged = { base, catalog: this.#merge(base) }
    return this.#merged.catalog
  }

  /**
   * Reads one table that the catalogue does not have. Resolves to whether it exists, as far as the session's role can
   * see; the same name is not looked up again at once.
   */
  async lookUp(name: StoredTableName): Promise<boolean> {
    const key = JSON.stringify([name.database, name.schema, name.table])
    const known = this.#named.get(key)
    if (known !== undefined && Date.now() - known.readAtMs < LEAST_INTERVAL_MS) return false
    const readAtMs = Date.now()
    // A database that does not exist, or is not this role's, is an error of the warehouse.
    const catalog = await this.#readTable(name).catch(() => null)
    if (this.#named.size >= MAX_NAMED) this.#named.clear()
    this.#named.set(key, { catalog, readAtMs })
    this.#merged = null
    return catalog !== null
  }

  async #base(): Promise<Catalog> {
    const key = this.#key()
    let entry = shared.get(key)
    if (!entry) {
      entry = this.#load()
      shared.set(key, entry)
      entry.catch(() => {
        if (shared.get(key) === entry) shared.delete(key)
      })
    }
    const { catalog, readAtMs } = await entry
    if (Date.now() - readAtMs < LONGEST_LIFE_MS) return catalog
    if (shared.get(key) === entry) shared.delete(key)
    return await this.#base()
  }

  /**
   * Reads the structure again: always when it is known to have changed, otherwise unless that was done a moment ago.
   * Resolves to whether it was read.
   */
  async refresh({ hasChanged = false } = {}): Promise<boolean> {
    this.#named.clear()
    this.#merged = null
    const key = this.#key()
    const before = await shared.get(key)
    if (!hasChanged && before && Date.now() - before.readAtMs < LEAST_INTERVAL_MS) return false
    const entry = this.#load()
    await entry
    shared.set(key, entry)
    return true
  }

  async #load(): Promise<Entry> {
    const readAtMs = Date.now()
    const { database } = this.#context()
    if (database === null) return { catalog: {}, readAtMs }
    const [columnsText, viewsText] = catalogStatements(database)
    const [columns, views] = await Promise.all([this.#read(columnsText), this.#read(viewsText)])
    const catalog = catalogFromRows(database, {
      columns: columns.map(([schema, table, column, type]) => ({
        TABLE_SCHEMA: String(schema),
        TABLE_NAME: String(table),
        COLUMN_NAME: String(column),
        DATA_TYPE: String(type),
      })),
      views: views.map(viewRowOf),
    })
    return { catalog, readAtMs }
  }

  async #readTable(name: StoredTableName): Promise<Catalog | null> {
    const { database, schema: TABLE_SCHEMA, table: TABLE_NAME } = name
    const [described, views] = tableStatements(name)
    if (TABLE_SCHEMA === 'INFORMATION_SCHEMA') {
      // Its views are the same everywhere: that the database answers is all there is to know.
      await this.#read(views)
      return { [database]: {} }
    }
    const [columns, definitions] = await Promise.all([this.#read(described), this.#read(views)])
    return catalogFromRows(database, {
      columns: columns.map(([column, type]) => ({
        TABLE_SCHEMA,
        TABLE_NAME,
        COLUMN_NAME: String(column),
        DATA_TYPE: String(type),
      })),
      views: definitions.map(viewRowOf),
    })
  }

  #forgetOldTables(): void {
    for (const [key, { readAtMs }] of this.#named) {
      if (Date.now() - readAtMs < LONGEST_LIFE_MS) continue
      this.#named.delete(key)
      this.#merged = null
    }
  }

  #merge(base: Catalog): Catalog {
    const merged: Record<string, Record<string, Catalog[string][string]>> = Object.assign(
      Object.create(null),
      base,
    )
    for (const { catalog } of this.#named.values()) {
      for (const [database, schemas] of Object.entries(catalog ?? {})) {
        const known = Object.assign(Object.create(null), merged[database])
        for (const [schema, tables] of Object.entries(schemas))
          known[schema] = Object.assign(Object.create(null), known[schema], tables)
        merged[database] = known
      }
    }
    return merged
  }

  #key(): string {
    const { account, user, role, database } = this.#context()
    return JSON.stringify([this.#endpoint, account, user, role, database])
  }
}

const viewRowOf = ([schema, table, definition]: readonly unknown[]) => ({
  TABLE_SCHEMA: String(schema),
  TABLE_NAME: String(table),
  VIEW_DEFINITION: typeof definition === 'string' ? definition : null,
})
