import type { Kysely } from 'kysely'
import type { FollowChanges } from './change-feed.ts'
import { openEmbedded } from './open-embedded.ts'
import { openPostgres } from './open-postgres.ts'
import type { Tables } from './tables.ts'

export interface DatabaseLocation {
  /** Directory of the embedded database. Without it and without an address, everything is in memory. */
  readonly dataDir?: string | undefined
  /** `postgres://…`: PostgreSQL instead of the embedded database. */
  readonly databaseUrl?: string | undefined
}

export interface Database {
  readonly tables: Kysely<Tables>
  /** Whether this broker is the only one that can have the database open. */
  readonly exclusive: boolean
  /** Follows what other brokers change; null when there are no others. */
  readonly followChanges: FollowChanges | null
  /** Where audit records wait on the disk for the database; null when they go to the database at once. */
  readonly journalFile: string | null
  /** Whether this process still owns the data directory; absent for a database without one. */
  readonly isOwned?: () => boolean
  /**
   * Resolves when the database answers, takes changes and has space for them.
   *
   * @throws SnowfenceError `ERR_BROKER_DATABASE_UNREACHABLE`, `ERR_BROKER_DISK_FULL`
   */
  assertReady(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the broker's database and brings it to the present schema: PostgreSQL when there is an address, else the
 * embedded PGlite in a directory or in memory. Both speak one dialect and run one set of migrations.
 *
 * @throws SnowfenceError `ERR_BROKER_DATA_CORRUPT`, `ERR_BROKER_DATA_IN_USE`, `ERR_BROKER_DATABASE_UNREACHABLE`,
 * `ERR_BROKER_DATABASE_PRIVILEGE`
 */
export const openDatabase = (location: DatabaseLocation): Promise<Database> =>
  location.databaseUrl === undefined ? openEmbedded(location.dataDir) : openPostgres(location.databaseUrl)
