import type { Catalog, CatalogEntry, TableName } from '@snowfence/core'
import type { AbsentTables } from '../analysis.ts'
import { writeName } from '../lexer/identifier.ts'
import type { StoredTableName } from './table-statements.ts'

/** The same name is not looked up again before, so that a wrong name in a loop does not become a loop of readings. */
const LEAST_INTERVAL_MS = 2_000
/** Of more tables all are forgotten, and looked up again as they are needed. */
const MAX_TABLES = 5_000

interface Known {
  /** Null for a table that the warehouse did not know. */
  readonly catalog: Catalog | null
  readonly readAtMs: number
}

/** What a structure is built from: database, schema, table. */
type Tables = Record<string, Record<string, Record<string, CatalogEntry>>>

/** What is known of a warehouse: the tables that were looked up by name, and the names that it did not know. */
export class KnownTables {
  /** When the first of them was read; null before. */
  #sinceMs: number | null = null
  readonly #tables = new Map<TableName, Known>()
  readonly #similar = new Map<TableName, readonly StoredTableName[]>()
  readonly #reading = new Map<TableName, Promise<boolean>>()
  #structure: { readonly catalog: Catalog; readonly absent: AbsentTables } | null = null

  /** One object for as long as nothing was learnt. */
  get structure(): { readonly catalog: Catalog; readonly absent: AbsentTables } {
    this.#structure ??= this.#build()
    return this.#structure
  }

  /** How long ago the oldest part was read; 0 before anything was. */
  get ageMs(): number {
    return this.#sinceMs === null ? 0 : Date.now() - this.#sinceMs
  }

  /**
   * Looks tables up at the same time, those left out that were looked up a moment ago. Resolves to whether anything was
   * learnt.
   *
   * @param read - gives null for a table that the warehouse does not know
   */
  async lookUp(
    names: readonly StoredTableName[],
    read: (name: StoredTableName) => Promise<Catalog | null>,
  ): Promise<boolean> {
    const learnt = await Promise.all(names.map((name) => this.#lookUpOne(name, read)))
    return learnt.includes(true)
  }

  /** Looks once for existing names that may be meant by one that does not exist. */
  async suggest(
    name: StoredTableName,
    read: (name: StoredTableName) => Promise<readonly StoredTableName[]>,
  ): Promise<void> {
    const key = keyOf(name)
    if (this.#tables.get(key)?.catalog !== null || this.#similar.has(key)) return
    this.#similar.set(key, await read(name))
    this.#structure = null
  }

  async #lookUpOne(
    name: StoredTableName,
    read: (name: StoredTableName) => Promise<Catalog | null>,
  ): Promise<boolean> {
    const key = keyOf(name)
    const known = this.#tables.get(key)
    if (known !== undefined && Date.now() - known.readAtMs < LEAST_INTERVAL_MS) return false
    let reading = this.#reading.get(key)
    if (reading === undefined) {
      reading = this.#read(name, key, read).finally(() => this.#reading.delete(key))
      this.#reading.set(key, reading)
    }
    return await reading
  }

  async #read(
    name: StoredTableName,
    key: TableName,
    read: (name: StoredTableName) => Promise<Catalog | null>,
  ): Promise<boolean> {
    const readAtMs = Date.now()
    const catalog = await read(name)
    const isStillAbsent = catalog === null && this.#tables.get(key)?.catalog === null
    if (this.#tables.size >= MAX_TABLES) {
      this.#tables.clear()
      this.#similar.clear()
    }
    this.#tables.set(key, { catalog, readAtMs })
    this.#sinceMs ??= readAtMs
    if (!isStillAbsent) this.#structure = null
    return !isStillAbsent
  }

  #build(): { readonly catalog: Catalog; readonly absent: AbsentTables } {
    const tables: Tables = Object.create(null)
    const absent = new Map<TableName, readonly StoredTableName[]>()
    for (const [key, { catalog }] of this.#tables) {
      if (catalog === null) absent.set(key, this.#similar.get(key) ?? [])
      for (const [database, schemas] of Object.entries(catalog ?? {})) {
        tables[database] ??= Object.create(null) as Tables[string]
        for (const [schema, entries] of Object.entries(schemas)) {
          tables[database][schema] ??= Object.create(null) as Tables[string][string]
          Object.assign(tables[database][schema], entries)
        }
      }
    }
    return { catalog: tables, absent }
  }
}

const keyOf = ({ database, schema, table }: StoredTableName): TableName =>
  writeName([database, schema, table])
