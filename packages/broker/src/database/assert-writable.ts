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
