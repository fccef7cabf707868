import type { Catalog } from '@snowfence/core'
import {
  type CatalogueByName,
  isUnknownObject,
  KnownTables,
  type ReadRows,
  readSimilarTables,
  readTable,
  type StoredTableName,
} from '@snowfence/sql'
import type { SessionContext } from '../pipeline/statement-states.ts'

/** Between two readings of everything at least this long, so that a wrong name in a loop does not become a loop of readings. */
const LEAST_INTERVAL_MS = 2_000
/** What is older is read again: a view may have been replaced by one that shows other columns. */
const LONGEST_LIFE_MS = 300_000
/** Of so many accounts, users and roles the tables are kept for all their sessions. */
const MAX_SHARED = 100

// What a role can see is the same for every session of this process that holds it, but for temporary tables.
const shared = new Map<string, KnownTables>()

/** Ends a look-up for all sessions: meanwhile this one may have made a temporary table of the name. */
class KeptToSession extends Error {}

export interface SessionView {
  /** Tells apart servers that answer for the same account. */
  readonly endpoint: string
  readonly read: ReadRows
  context(): SessionContext
  /** How often the session has logged in: temporary tables end with a login. */
  logins(): number
}

/**
 * The warehouse's structure as the session's role sees it: tables are looked up by name when a statement needs them, and
 * nothing is read whole. Sessions of one account, user and role share what they found, until one has run a statement that can
 * make a temporary table: from then on it sees others' tables through its own eyes.
 */
export class CatalogueCache implements CatalogueByName {
  readonly #session: SessionView
  /** Of a session that may have temporary tables. */
  #own: { tables: KnownTables; readonly login: number } | null = null

  constructor(session: SessionView) {
    this.#session = session
  }

  async current(): Promise<KnownTables['structure']> {
    return this.#known().structure
  }

  async lookUp(names: readonly StoredTableName[]): Promise<boolean> {
    const known = this.#known()
    try {
      return await known.lookUp(names, async (name) => {
        const found = await this.#read(name)
        if (known === this.#ownTables() || this.#ownTables() === null) return found
        throw new KeptToSession()
      })
    } catch (error) {
      if (error instanceof KeptToSession) return true
      throw error
    }
  }

  async #read(name: StoredTableName): Promise<Catalog | null> {
    try {
      return await readTable(name, this.#session.read)
    } catch (error) {
      if (isUnknownObject(error)) return null
      throw error
    }
  }

  async suggest(name: StoredTableName): Promise<void> {
    await this.#known().suggest(name, (wanted) => readSimilarTables(wanted, this.#session.read))
  }

  /**
   * Forgets the structure, so that it is read again: always when it is known to have changed, otherwise unless that was done
   * a moment ago. Gives whether it was forgotten.
   */
  refresh({ hasChanged = false } = {}): boolean {
    if (!hasChanged && this.#known().ageMs < LEAST_INTERVAL_MS) return false
    if (this.#own !== null) this.#own.tables = new KnownTables()
    shared.delete(this.#key())
    return true
  }

  /** From now on nothing is shared: a statement that is about to run can make a temporary table. */
  keepToSession(): void {
    if (this.#ownTables() === null) this.#own = { tables: new KnownTables(), login: this.#session.logins() }
  }

  #known(): KnownTables {
    const own = this.#ownTables()
    const known = own ?? this.#shared()
    if (known.ageMs < LONGEST_LIFE_MS) return known
    this.refresh({ hasChanged: true })
    return this.#ownTables() ?? this.#shared()
  }

  #ownTables(): KnownTables | null {
    if (this.#own?.login !== this.#session.logins()) this.#own = null
    return this.#own?.tables ?? null
  }

  #shared(): KnownTables {
    const key = this.#key()
    let tables = shared.get(key)
    if (tables === undefined) {
      tables = new KnownTables()
      const [oldest] = shared.keys()
      if (shared.size >= MAX_SHARED && oldest !== undefined) shared.delete(oldest)
      shared.set(key, tables)
    }
    return tables
  }

  #key(): string {
    const { account, user, role } = this.#session.context()
    return JSON.stringify([this.#session.endpoint, account, user, role])
  }
}
