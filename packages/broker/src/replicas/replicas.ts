import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { SnowfenceError } from '@snowfence/core'
import type { FastifyBaseLogger } from 'fastify'
import { type Kysely, sql } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Tables } from '../database/tables.ts'
import { startWatch, type Watch } from '../watch.ts'
import { differingNames, type SharedSettings } from './shared-settings.ts'

/** How often a replica says that it is there, and looks at the others and at the clock of the database. */
const PAUSE_MS = 10_000
/** A replica that was not seen for so long counts no more: it was killed, or is cut off from the database. */
const GONE_SECONDS = 60
/** What the clocks of broker and database may differ by. */
const CLOCK_TOLERANCE_MS = 2000
/** How long a stop waits for the database to forget this replica. */
const LEAVE_LIMIT_MS = 500

export interface ReplicasView {
  /** This one too. */
  readonly count: number
  /** Names of the settings that another replica has otherwise. */
  readonly differing: readonly string[]
  /** By how much the broker's clock is ahead of the clock of the database, or behind when negative. */
  readonly clockOffsetMs: number
}

export interface ReplicasOptions {
  readonly database: Kysely<Tables>
  readonly clock: Clock
  readonly settings: () => SharedSettings
}

export interface Replicas {
  current(): ReplicasView
  /**
   * Takes this replica in among those that share the database.
   *
   * @throws SnowfenceError `ERR_BROKER_REPLICAS_DIFFER` when another one has a setting that all must have in common.
   */
  join(): Promise<void>
  /** Says from now on that this replica is there, and follows the others. */
  follow(log: Pick<FastifyBaseLogger, 'warn' | 'error'>): void
  leave(): Promise<void>
}

const refusal = (name: string, here: string, there: string): SnowfenceError =>
  new SnowfenceError('ERR_BROKER_REPLICAS_DIFFER', {
    message: `\`${name}\` of this broker is \`${here}\`, and \`${there}\` at a replica that shares its database`,
    hint: `give every replica the same \`${name}\`${name === 'publicUrl' ? ' (SNOWFENCE_BROKER_PUBLIC_URL)' : ''}; to change it, stop all replicas first. One that was killed counts for ${GONE_SECONDS} seconds`,
    details: { setting: name, here, there },
  })

export const createReplicas = ({ database, clock, settings }: ReplicasOptions): Replicas => {
  const id = randomUUID()
  let view: ReplicasView = { count: 1, differing: [], clockOffsetMs: 0 }
  let firstLook: Promise<void> = Promise.resolve()
  let watch: Watch | undefined

  /** Gives the clock's offset, or null while the answer takes too long to tell. */
  const present = async (tables: Kysely<Tables>): Promise<number | null> => {
    const { fixed, digests } = settings()
    const values = { fixed: JSON.stringify(fixed), digests: JSON.stringify(digests) }
    const before = clock().getTime()
    const { seen_at: seenAt } = await tables
      .insertInto('replicas')
      .values({ id, ...values, seen_at: sql<Date>`clock_timestamp()` })
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet({ ...values, seen_at: sql<Date>`clock_timestamp()` }),
      )
      .returning('seen_at')
      .executeTakeFirstOrThrow()
    const doubt = (clock().getTime() - before) / 2
    return doubt > CLOCK_TOLERANCE_MS / 2 ? null : Math.round(before + doubt - seenAt.getTime())
  }
  const readOthers = (tables: Kysely<Tables>) =>
    tables
      .selectFrom('replicas')
      .select(['fixed', 'digests'])
      .where('id', '!=', id)
      .where('seen_at', '>', sql<Date>`clock_timestamp() - make_interval(secs => ${GONE_SECONDS})`)
      .execute()

  const look = async (): Promise<void> => {
    const offset = await present(database)
    const others = await readOthers(database)
    const { fixed, digests } = settings()
    const differing = others.flatMap((other) => [
      ...differingNames(fixed, other.fixed),
      ...differingNames(digests, other.digests),
    ])
    view = {
      count: others.length + 1,
      differing: [...new Set(differing)].sort(),
      clockOffsetMs: offset ?? view.clockOffsetMs,
    }
  }

  return {
    current: () => view,
    join: () =>
      database.transaction().execute(async (transaction) => {
        // One joins after the other: two that start together would not see each other.
        await sql`lock table replicas in share row exclusive mode`.execute(transaction)
        await transaction
          .deleteFrom('replicas')
          .where('seen_at', '<', sql<Date>`clock_timestamp() - make_interval(secs => ${GONE_SECONDS})`)
          .execute()
        const { fixed } = settings()
        for (const other of await readOthers(transaction)) {
          const [name] = differingNames(fixed, other.fixed)
          if (name !== undefined) throw refusal(name, fixed[name] ?? '', other.fixed[name] ?? '')
        }
        await present(transaction)
      }),
    follow(log) {
      let isClockOff = false
      let told = ''
      const report = (): void => {
        const { differing, clockOffsetMs } = view
        if (differing.join() !== told && differing.length > 0)
          log.warn({ settings: differing }, 'another replica of this database has other settings')
        told = differing.join()
        const isOff = Math.abs(clockOffsetMs) > CLOCK_TOLERANCE_MS
        if (isOff && !isClockOff)
          log.warn(
            { milliseconds: clockOffsetMs },
            "the broker's clock differs from the clock of the database: the clocks of all replicas must agree to the second",
          )
        isClockOff = isOff
      }
      const run = async (): Promise<void> => {
        await look()
        report()
      }
      const onError = (): void => log.error('the replicas of the database could not be looked at')
      firstLook = run().catch(onError)
      watch = startWatch(run, PAUSE_MS, onError)
    },
    async leave() {
      // A look that ends later would put this replica back.
      await Promise.all([firstLook, watch?.stop()])
      const forgotten = database.deleteFrom('replicas').where('id', '=', id).execute()
      await Promise.race([forgotten.catch(() => []), setTimeout(LEAVE_LIMIT_MS, undefined, { ref: false })])
    },
  }
}
