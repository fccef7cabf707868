import { rowsOf, settled } from '../observe.ts'
import type { Scenario } from '../scenario.ts'
import type { Connection, Subject } from '../subject.ts'

/** What the driver's pool is: one of generic-pool. */
interface Pool {
  readonly size: number
  readonly available: number
  readonly borrowed: number
  readonly pending: number
  readonly max: number
  readonly min: number
  readonly spareResourceCapacity: number
  ready(): Promise<void>
  acquire(): Promise<Connection>
  release(connection: Connection): Promise<void>
  destroy(connection: Connection): Promise<void>
  use(work: (connection: Connection) => Promise<unknown>): Promise<unknown>
  drain(): Promise<void>
  clear(): Promise<void>
  isBorrowedResource(connection: Connection): boolean
}

const pool = (subject: Subject, options: object, extra: Record<string, unknown> = {}): Pool =>
  subject.snowflake.createPool(subject.options(extra) as never, options as never) as unknown as Pool

const counts = (of: Pool) => [
  of.size,
  of.available,
  of.borrowed,
  of.pending,
  of.max,
  of.min,
  of.spareResourceCapacity,
]

export const poolScenarios: readonly Scenario[] = [
  {
    name: 'a pool hands out connections, takes them back and ends them',
    shows: ['module.createPool'],
    run: async (subject) => {
      const made = pool(subject, { max: 2, min: 0 })
      const before = counts(made)
      const first = await made.acquire()
      const rows = await rowsOf(first, 'select 1 as X')
      const isUp = first.isUp()
      const borrowed = [counts(made), made.isBorrowedResource(first)]
      await made.release(first)
      const again = await made.acquire()
      const used = await settled(() =>
        made.use(async (connection) => await rowsOf(connection, 'select 2 as X')),
      )
      await made.release(again)
      await made.drain()
      await made.clear()
      return {
        before,
        rows,
        isUp,
        borrowed,
        isSame: first === again,
        used,
        after: counts(made),
        isEnded: first.isUp(),
      }
    },
  },
  {
    name: 'the members of a pool',
    shows: ['module.createPool'],
    run: async (subject) => {
      const made = pool(subject, { max: 1, min: 0 })
      const members = [
        'acquire',
        'release',
        'destroy',
        'use',
        'drain',
        'clear',
        'start',
        'ready',
        'isBorrowedResource',
        'on',
        'once',
      ]
      return members.map((name) => typeof (made as unknown as Record<string, unknown>)[name])
    },
  },
  {
    name: 'a pool that is full lets one wait, and the one who waits too long is told so',
    shows: ['module.createPool'],
    run: async (subject) => {
      const made = pool(subject, { max: 1, min: 1, acquireTimeoutMillis: 300 })
      await made.ready()
      const first = await made.acquire()
      const late = (await settled(() => made.acquire())) as { rejected?: Error }
      const waiting = settled(() => made.acquire())
      await made.release(first)
      const { resolved } = (await waiting) as { resolved?: Connection }
      await made.release(resolved as Connection)
      await made.drain()
      await made.clear()
      return [late.rejected?.name, late.rejected?.message, resolved === first, counts(made)]
    },
  },
  {
    name: 'a pool that cannot connect rejects',
    shows: ['module.createPool'],
    differs: [
      {
        member: 'module.createPool',
        kind: 'differs',
        at: 'error',
        governed: /./,
        why: 'a connection that fails rejects `acquire` with its own error; the driver’s pool keeps the text alone',
      },
    ],
    run: async (subject) => {
      const made = pool(subject, { max: 1, min: 0 }, { role: 'NO_SUCH_ROLE' })
      const { rejected } = (await settled(() => made.acquire())) as { rejected?: Error }
      await made.drain()
      await made.clear()
      return { isError: rejected instanceof Error, error: rejected?.name }
    },
  },
]
