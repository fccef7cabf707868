import {
  AccessControl,
  databaseSecurable,
  schemaSecurable,
  tableSecurable,
  warehouseSecurable,
} from './access/access-control.ts'
import { Users } from './access/users.ts'
import { Dictionary, type TableEntry, tableKey } from './dictionary/dictionary.ts'
import { displayName, type ObjectName, quoteIdentifier, temporarySchema } from './dictionary/identifier.ts'
import { ConnectionPool } from './engine/connection-pool.ts'
import type { OAuthVerifier } from './login/verify-oauth-token.ts'
import { QueryRegistry } from './query/query-registry.ts'
import type { Session } from './session/session.ts'
import { SessionRegistry } from './session/session-registry.ts'
import { Turns } from './session/turns.ts'
import { containerNotFound, noCurrentDatabase } from './snowflake-error.ts'
import { isOfSession } from './stage/stage.ts'
import { Stages } from './stage/stages.ts'
import { readAccountState } from './store/account-state.ts'
import type { Store } from './store/open-store.ts'

interface AccountSettings {
  readonly name: string
  readonly sessionSeconds: number
  readonly masterSeconds: number
  readonly chunkRows: number
  /** How long a statement is waited for before its first in-progress answer. */
  readonly inProgressAfterMs: number
  /** How long one poll of a running statement is held. */
  readonly pollHoldMs: number
  /** How large a result may be. */
  readonly resultMegabytes: number
  /** How long a statement may run, whatever its session allows. */
  readonly statementSeconds: number
}

/** One Snowflake account: everything that the statements of its sessions read and change. */
export class Account {
  readonly name: string
  readonly settings: AccountSettings
  readonly connections: ConnectionPool
  readonly dictionary = new Dictionary()
  readonly access = new AccessControl()
  readonly users = new Users()
  readonly warehouses = new Set<string>()
  readonly stages: Stages
  /** Changes of what exists happen one at a time. */
  readonly structure = new Turns()
  readonly sessions: SessionRegistry
  readonly queries: QueryRegistry
  readonly verifyToken: OAuthVerifier | null
  readonly #save: Store['save']

  constructor(options: {
    settings: AccountSettings
    store: Store
    verifyToken: OAuthVerifier | null
  }) {
    this.name = options.settings.name
    this.settings = options.settings
    this.#save = options.store.save
    this.stages = new Stages(options.store.stagedFiles)
    this.connections = new ConnectionPool(options.store.engine)
    this.verifyToken = options.verifyToken
    this.sessions = new SessionRegistry(options.settings, () => Date.now())
    this.queries = new QueryRegistry(this)
  }

  /** Keeps databases, tables, roles and users beyond this run, when there is a data directory. */
  save(): Promise<void> {
    return this.structure.run(() => this.#save(readAccountState(this)))
  }

  canUseDatabase(role: string, database: string): boolean {
    return (
      this.dictionary.databases.has(database) && this.access.has(role, 'USAGE', databaseSecurable(database))
    )
  }

  canUseSchema(role: string, database: string, schema: string): boolean {
    if (!this.canUseDatabase(role, database)) return false
    if (schema === 'INFORMATION_SCHEMA') return true
    const exists = this.dictionary.databases.get(database)?.schemas.has(schema) ?? false
    return exists && this.access.has(role, 'USAGE', schemaSecurable(database, schema))
  }

  /** Snowflake: USE DATABASE also selects the schema PUBLIC, when the role may use it. */
  tryUseDatabase(session: Session, database: string): boolean {
    if (!this.canUseDatabase(session.role, database)) return false
    session.database = database
    session.schema = this.canUseSchema(session.role, database, 'PUBLIC') ? 'PUBLIC' : null
    return true
  }

  tryUseSchema(session: Session, schema: string, database = session.database): boolean {
    if (database === null || !this.canUseSchema(session.role, database, schema)) return false
    session.database = database
    session.schema = schema
    return true
  }

  tryUseWarehouse(session: Session, warehouse: string): boolean {
    const usable =
      this.warehouses.has(warehouse) && this.access.has(session.role, 'USAGE', warehouseSecurable(warehouse))
    if (usable) session.warehouse = warehouse
    return usable
  }

  /** Completes a name of one to three parts from the session. */
  qualify(session: Session, parts: readonly string[]): ObjectName {
    const [name, schema = session.schema, database = session.database] = [...parts].reverse()
    if (database === null || database === undefined || schema === null || schema === undefined)
      throw noCurrentDatabase()
    if (!this.canUseDatabase(session.role, database) && database !== 'SNOWFLAKE')
      throw containerNotFound('Database', displayName(database))
    return { database, schema, name: name as string }
  }

  /** The session's own temporary table of that name, or the one that all see. */
  findTable(session: Session, name: ObjectName): TableEntry | null {
    return session.temporaryTables.get(tableKey(name)) ?? this.dictionary.findTable(name)
  }

  async endSession(session: Session): Promise<void> {
    this.sessions.end(session)
    this.queries.abortSession(session)
    const open = session.transaction
    session.transaction = null
    if (open) {
      await open.run('ROLLBACK').catch(() => undefined)
      this.connections.release(open)
    }
    if (session.temporaryTables.size > 0) await this.#dropTemporaryTables(session)
    session.temporaryStages.clear()
    await this.stages.files.removeStages(isOfSession(session.id))
  }

  async #dropTemporaryTables(session: Session): Promise<void> {
    const connection = await this.connections.take()
    try {
      await connection.run(`DROP SCHEMA IF EXISTS ${quoteIdentifier(temporarySchema(session.id))} CASCADE`)
    } finally {
      this.connections.release(connection)
    }
    for (const table of session.temporaryTables.values()) this.access.forget(tableSecurable(table))
    session.temporaryTables.clear()
  }
}
