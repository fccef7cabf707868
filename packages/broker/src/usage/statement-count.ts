import { randomUUID } from 'node:crypto'
import type { SealedRecord } from '@snowfence/audit'
import type { Principal } from '@snowfence/core'
import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Tables } from '../database/tables.ts'

type Person = Pick<Principal, 'issuer' | 'subject'>

/** How many statements of each principal were let through in the last hour, over all its sessions and connections. */
export interface StatementCount {
  /** Counts the judgements among sealed records. */
  note(records: readonly SealedRecord[]): void
  /** The count as of now. What another replica counted is in it within seconds. */
  of(person: Person): Promise<number>
  /** Stores what was counted here and reads what others counted, where there is anything to do. */
  exchange(): Promise<void>
  /** Stores what is left. */
  close(): Promise<void>
}

export interface StatementCountOptions {
  readonly database: Kysely<Tables>
  readonly clock: Clock
  /** No other broker counts in this database now. */
  readonly exclusive: boolean
}

const MINUTE_MS = 60_000
/** The minute that has begun, and sixty before it: never less than an hour. */
const MINUTES = 60
/** A count is written as often as this, and one of others is read anew when it is older. */
const EXCHANGE_MS = 1_000
const STALE_MS = 2_000

const keyOf = ({ issuer, subject }: Person): string => JSON.stringify([issuer, subject])

/** Counts by principal and minute. */
type Counts = Map<string, Map<number, number>>

const countsOf = (counts: Counts, key: string): Map<number, number> => {
  const known = counts.get(key) ?? new Map<number, number>()
  counts.set(key, known)
  return known
}

const sumFrom = (minutes: ReadonlyMap<number, number> | undefined, first: number): number => {
  let sum = 0
  for (const [minute, count] of minutes ?? []) if (minute >= first) sum += count
  return sum
}

/** A statement's judgement, unless it was a denial. Its outcome repeats the decision, in a span of another kind. */
const isLetThrough = ({ record: { source, span } }: SealedRecord): boolean =>
  source.producer === 'sdk' &&
  span.attributes['snowfence.span'] === 'authorize' &&
  span.attributes['snowfence.decision'] !== 'deny'

/** Whether so long a time has passed since a moment. A clock that was set back says nothing about it: it counts as passed. */
const hasPassed = (since: number, milliseconds: number, now: number): boolean =>
  now < since || now - since >= milliseconds

/**
 * Counts in memory, where a statement's record passes anyway, so that counting adds nothing to a statement's way. What is
 * stored serves replicas and restarts: each run of a broker writes rows of its own and adds up those of all others.
 */
export const createStatementCount = ({
  database,
  clock,
  exclusive,
}: StatementCountOptions): StatementCount => {
  const run = randomUUID()
  const own: Counts = new Map()
  let ofOthers: Counts = new Map()
  const unwritten = new Map<string, Set<number>>()
  let wasAsked = false
  let writtenAt = Number.NEGATIVE_INFINITY
  let readAt = Number.NEGATIVE_INFINITY
  let exchanging: Promise<void> | null = null

  const firstMinute = (now: number): number => Math.floor(now / MINUTE_MS) - MINUTES

  const forgetBefore = (first: number): void => {
    for (const [key, minutes] of own) {
      for (const minute of minutes.keys()) if (minute < first) minutes.delete(minute)
      if (minutes.size === 0) own.delete(key)
    }
  }

  const write = async (now: number): Promise<void> => {
    const rows = [...unwritten].flatMap(([principal, minutes]) =>
      [...minutes].map((minute) => ({
        run,
        principal,
        minute,
        statements: own.get(principal)?.get(minute) ?? 0,
      })),
    )
    unwritten.clear()
    writtenAt = now
    if (rows.length === 0) return
    try {
      await database
        .insertInto('statement_counts')
        .values(rows)
        .onConflict((conflict) =>
          conflict
            .columns(['run', 'principal', 'minute'])
            .doUpdateSet(({ ref }) => ({ statements: ref('excluded.statements') })),
        )
        .execute()
    } catch (error) {
      for (const { principal, minute } of rows) noteUnwritten(principal, minute)
      throw error
    }
    forgetBefore(firstMinute(now))
    await database.deleteFrom('statement_counts').where('minute', '<', firstMinute(now)).execute()
  }

  const read = async (now: number): Promise<void> => {
    wasAsked = false
    const rows = await database
      .selectFrom('statement_counts')
      .select(['principal', 'minute'])
      .select(({ fn }) => fn.sum('statements').as('statements'))
      .where('run', '<>', run)
      .where('minute', '>=', firstMinute(now))
      .groupBy(['principal', 'minute'])
      .execute()
    const found: Counts = new Map()
    for (const { principal, minute, statements } of rows)
      countsOf(found, principal).set(Number(minute), Number(statements))
    ofOthers = found
    readAt = now
  }

  const noteUnwritten = (principal: string, minute: number): void => {
    const minutes = unwritten.get(principal) ?? new Set<number>()
    unwritten.set(principal, minutes.add(minute))
  }

  const exchangeNow = async (): Promise<void> => {
    const now = clock().getTime()
    if (unwritten.size > 0) await write(now)
    // Alone, the others are runs that have ended, and no more is to be learnt from them.
    if (!exclusive || readAt === Number.NEGATIVE_INFINITY) await read(now)
  }
  const exchange = (): Promise<void> => {
    exchanging ??= exchangeNow().finally(() => {
      exchanging = null
    })
    return exchanging
  }

  return {
    note(records) {
      for (const sealed of records) {
        const { principal, receivedAt } = sealed.record.source
        if (principal === null || !isLetThrough(sealed)) continue
        const key = keyOf(principal)
        const minute = Math.floor(Date.parse(receivedAt) / MINUTE_MS)
        const minutes = countsOf(own, key)
        minutes.set(minute, (minutes.get(minute) ?? 0) + 1)
        noteUnwritten(key, minute)
      }
    },
    async of(person) {
      const now = clock().getTime()
      wasAsked = true
      if (readAt === Number.NEGATIVE_INFINITY || (!exclusive && hasPassed(readAt, STALE_MS, now)))
        await exchange()
      const key = keyOf(person)
      const first = firstMinute(now)
      return sumFrom(own.get(key), first) + sumFrom(ofOthers.get(key), first)
    },
    async exchange() {
      const isDue = unwritten.size > 0 && hasPassed(writtenAt, EXCHANGE_MS, clock().getTime())
      if (isDue || (!exclusive && wasAsked)) await exchange()
    },
    async close() {
      await exchanging
      await write(clock().getTime())
    },
  }
}
