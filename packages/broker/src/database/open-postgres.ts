import { isSnowfenceError, SnowfenceError } from '@snowfence/core'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { assertSpace, assertWritable } from './assert-writable.ts'
import { createConnectionOptions, createLimitedPool, endInTime } from './limited-pool.ts'
import { listenForChanges } from './listen-for-changes.ts'
import { migrate } from './migrate.ts'
import { assertPrivileges, explainMissingPrivilege, isPrivilegeMissing } from './missing-privilege.ts'
import type { Database } from './open-database.ts'
import type { Tables } from './tables.ts'
import { asUnreachable } from './unreachable.ts'

/** Migrations have no limit of their own: an index of a large trail takes its time, and replicas wait for each other. */
const migrateAlone = async (databaseUrl: string): Promise<void> => {
  const { options, sockets } = createConnectionOptions(databaseUrl)
  const pool = new pg.Pool(options)
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  try {
    await migrate(new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }))
    await assertPrivileges(pool)
  } finally {
    await endInTime(pool.end(), sockets)
  }
}

/** What a migration failed with: the server, a privilege of the role, or something in the database. */
const explainFailedMigration = async (error: unknown, databaseUrl: string): Promise<SnowfenceError> => {
  if (isPrivilegeMissing(error))
    return explainMissingPrivilege(error, createConnectionOptions(databaseUrl).options)
  const known = asUnreachable(error)
  if (isSnowfenceError(known)) return known
  const { code, message } = known as Error & { code?: unknown }
  return new SnowfenceError('ERR_BROKER_DATA_CORRUPT', {
    message: `PostgreSQL refused a step of the migration (SQLSTATE ${String(code)}): ${message}`,
    hint: 'give the broker a database of its own, with nothing in it, or restore its database from a backup',
    cause: Object.assign(new Error(message), { code }),
  })
}

/** The driver reads the address, and the certificates that it names, each time it connects. */
const assertReadableAddress = (databaseUrl: string): void => {
  try {
    new pg.Client({ connectionString: databaseUrl })
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException
    throw new SnowfenceError('ERR_BROKER_CONFIG_INVALID', {
      message:
        path === undefined
          ? '`databaseUrl` cannot be read'
          : `\`databaseUrl\` names the file \`${path}\`, which cannot be read (${String(code)})`,
      hint: 'correct `databaseUrl` of the broker configuration, or `DATABASE_URL`',
    })
  }
}

/**
 * Opens PostgreSQL at an address.
 *
 * @throws SnowfenceError `ERR_BROKER_CONFIG_INVALID`, `ERR_BROKER_DATABASE_UNREACHABLE`, `ERR_BROKER_DATABASE_PRIVILEGE`, `ERR_BROKER_DATA_CORRUPT`
 */
export const openPostgres = async (databaseUrl: string): Promise<Database> => {
  assertReadableAddress(databaseUrl)
  try {
    await migrateAlone(databaseUrl)
  } catch (error) {
    throw await explainFailedMigration(error, databaseUrl)
  }
  let wasDiskFull = false
  const pool = createLimitedPool(databaseUrl, () => {
    wasDiskFull = true
  })
  const tables = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  return {
    tables,
    exclusive: false,
    followChanges: listenForChanges(databaseUrl),
    journalFile: null,
    async assertReady() {
      await assertWritable(tables)
      if (!wasDiskFull) return
      await assertSpace(tables).catch((error: unknown) => {
        // A role without the TEMPORARY privilege cannot try: the next write tells.
        if (!isSnowfenceError(error, 'ERR_BROKER_DATABASE_PRIVILEGE')) throw error
      })
      wasDiskFull = false
    },
    close: () => tables.destroy(),
  }
}
