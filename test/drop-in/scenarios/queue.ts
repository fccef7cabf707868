import { execute, pause, rowsOf } from '../observe.ts'
import type { Scenario } from '../scenario.ts'
import type { Connection } from '../subject.ts'

const many = 'select ID, NAME from NUMBERS order by ID'
const one = 'select ID from NUMBERS where ID = 7'

const streamed = async (connection: Connection) =>
  (await execute(connection, { sqlText: many, streamResult: true })).statement.streamRows()

/** Whether something ends by itself: a place in a queue that nobody gives back would hold it for ever. */
const withinReason = async (work: Promise<unknown>): Promise<unknown> =>
  await Promise.race([work, pause(20_000).then(() => 'it waits')])

export const queueScenarios: readonly Scenario[] = [
  {
    name: 'a statement of each kind runs while a stream of its connection is paused',
    shows: ['connection.execute', 'statement.streamRows'],
    run: async (subject) => {
      const connection = await subject.open()
      const stream = await streamed(connection)
      let rows = 0
      await new Promise<void>((resolve) =>
        stream.on('data', () => {
          rows += 1
          if (rows !== 1) return
          stream.pause()
          resolve()
        }),
      )
      const meanwhile: unknown[] = []
      for (const sqlText of [
        one,
        "alter session set TIMEZONE = 'UTC'",
        'begin',
        "insert into SCRATCH select 1, 'queue'",
        'rollback',
        'use schema PUBLIC',
        'select count(*) as N from PATIENTS',
      ])
        meanwhile.push(await withinReason(rowsOf(connection, sqlText)))
      stream.resume()
      await withinReason(new Promise((resolve) => stream.once('end', resolve)))
      return { meanwhile, rows }
    },
  },
  {
    name: 'a stream that nobody has begun to read holds nothing up',
    shows: ['connection.execute', 'statement.streamRows'],
    run: async (subject) => {
      const connection = await subject.open()
      const stream = await streamed(connection)
      const after = await withinReason(rowsOf(connection, one))
      const rows = (await stream.toArray()).length
      return { after, rows }
    },
  },
  {
    name: 'a stream that is destroyed in the middle gives its connection back',
    shows: ['connection.execute', 'statement.streamRows', 'connection.destroy'],
    run: async (subject) => {
      const connection = await subject.open()
      const stream = await streamed(connection)
      await new Promise<void>((resolve) => stream.once('data', () => resolve()))
      stream.destroy()
      const after = await withinReason(rowsOf(connection, one))
      const destroyed = await withinReason(
        new Promise((resolve) => connection.destroy((error: unknown) => resolve(error ?? 'destroyed'))),
      )
      return { after, destroyed }
    },
  },
  {
    name: 'a connection with a paused stream can be destroyed',
    shows: ['connection.destroy', 'statement.streamRows'],
    run: async (subject) => {
      const connection = await subject.open()
      const stream = await streamed(connection)
      stream.on('error', () => {})
      await new Promise<void>((resolve) => stream.once('data', () => resolve()))
      stream.pause()
      return await withinReason(
        new Promise((resolve) => connection.destroy((error: unknown) => resolve(error ?? 'destroyed'))),
      )
    },
  },
  ...['paused', 'unread', 'destroyed'].map(
    (state): Scenario => ({
      name: `a pool of one hands its connection on while a stream of it is ${state}`,
      shows: ['module.createPool', 'statement.streamRows'],
      run: async (subject) => {
        const pool = subject.snowflake.createPool(subject.options(), { max: 1 })
        const first = (await pool.acquire()) as unknown as Connection
        const stream = await streamed(first)
        if (state !== 'unread') await new Promise<void>((resolve) => stream.once('data', () => resolve()))
        if (state === 'paused') stream.pause()
        if (state === 'destroyed') stream.destroy()
        void pool.release(first as never)
        const given = await withinReason(
          (async () => {
            const second = (await pool.acquire()) as unknown as Connection
            const rows = await rowsOf(second, one)
            await pool.release(second as never)
            return rows
          })(),
        )
        stream.destroy()
        await pool.drain()
        await pool.clear()
        return given
      },
    }),
  ),
  {
    name: 'many statements at once on one connection, with a paused stream and a failure among them',
    shows: ['connection.execute', 'execute.streamResult'],
    run: async (subject) => {
      const connection = await subject.open()
      const stream = await streamed(connection)
      await new Promise<void>((resolve) => stream.once('data', () => resolve()))
      stream.pause()
      const answers = await withinReason(
        Promise.all(
          Array.from({ length: 40 }, async (_, index) => {
            const sqlText = index === 5 ? 'select NOTHING from NUMBERS' : `select ${index} as N`
            const { error, rows } = await execute(connection, { sqlText })
            return error ? 'failed' : rows
          }),
        ),
      )
      stream.destroy()
      return answers
    },
  },
  {
    name: 'a short statement does not wait for the answer of a long one before it',
    shows: ['connection.execute', 'statement.cancel'],
    run: async (subject) => {
      const connection = await subject.open()
      const order: string[] = []
      const long = new Promise<void>((resolve) => {
        const statement = connection.execute({
          sqlText:
            "select count(*) as N from NUMBERS A cross join NUMBERS B where A.NAME || B.NAME like '%x%'",
          complete: () => {
            order.push('long')
            resolve()
          },
        })
        void rowsOf(connection, one).then(() => {
          order.push('short')
          statement.cancel()
        })
      })
      await withinReason(long)
      return order
    },
  },
]
