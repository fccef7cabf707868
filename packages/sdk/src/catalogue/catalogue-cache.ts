import type { Catalog } from '@snowfence/core'
import { catalogFromRows, catalogStatements } from '@snowfence/sql'
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

/** The warehouse's structure as the session's role sees it, read from INFORMATION_SCHEMA once per account and role. */
export class CatalogueCache {
  readonly #endpoint: string
  readonly #read: (sqlText: string) => Promise<unknown[][]>
  readonly #context: () => SessionContext

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
    return await this.current()
  }

  /**
   * Reads the structure again: always when it is known to have changed, otherwise unless that was done a moment ago.
   * Resolves to whether it was read.
   */
  async refresh({ hasChanged = false } = {}): Promise<boolean> {
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
    return {
      catalog: catalogFromRows(database, {
        columns: columns.map(([schema, table, column, type]) => ({
          TABLE_SCHEMA: String(schema),
          TABLE_NAME: String(table),
          COLUMN_NAME: String(column),
          DATA_TYPE: String(type),
        })),
        views: views.map(([schema, table, definition]) => ({
          TABLE_SCHEMA: String(schema),
          TABLE_NAME: String(table),
          VIEW_DEFINITION: typeof definition === 'string' ? definition : null,
        })),
      }),
      readAtMs,
    }
  }

  #key(): string {
    const { account, user, role, database } = this.#context()
    return JSON.stringify([this.#endpoint, account, user, role, database])
  }
}
