import { type Kysely, sql } from 'kysely'
import type { Tables } from './tables.ts'
import { databaseUnreachable } from './unreachable.ts'

/**
 * Resolves when the database answers and takes changes. After a failover a broker can be connected to a standby that
 * only reads.
 *
 * @throws SnowfenceError `ERR_BROKER_DATABASE_UNREACHABLE`
 */
export const assertWritable = async (database: Kysely<Tables>): Promise<void> => {
  const { rows } = await sql<{ read_only: string }>`
    select current_setting('transaction_read_only') as read_only
  `.execute(database)
  if (rows[0]?.read_only !== 'off') throw databaseUnreachable(new Error('the database only reads'))
}

/**
 * Resolves when PostgreSQL has space for a quarter of a megabyte on the disk of the database. The table is gone with the
 * transaction.
 *
 * @throws SnowfenceError `ERR_BROKER_DISK_FULL`
 */
export const assertSpace = (database: Kysely<Tables>): Promise<void> =>
  database.transaction().execute(async (transaction) => {
    await sql`set local temp_tablespaces = ''`.execute(transaction)
    await sql`
      create temporary table snowfence_space on commit drop as
      select md5(n::text) as filler from generate_series(1, 4000) as n
    `.execute(transaction)
  })
