import { PassThrough, type Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { execute, pause, settled, soon, thrownBy } from '../observe.ts'
import type { Scenario } from '../scenario.ts'
import type { Connection, Statement } from '../subject.ts'

const few = 'select ID from NUMBERS where ID <= 25 order by ID'
const many = 'select ID, NAME from NUMBERS order by ID'

const streamed = async (connection: Connection, sqlText: string): Promise<Statement> =>
  (await execute(connection, { sqlText, streamResult: true })).statement

const shape = (stream: Readable) => ({
  objectMode: stream.readableObjectMode,
  highWaterMark: stream.readableHighWaterMark,
  flowing: stream.readableFlowing,
  destroyed: stream.destroyed,
  ended: stream.readableEnded,
  readable: stream.readable,
  length: stream.readableLength,
  errored: stream.errored,
  encoding: stream.readableEncoding,
})

const events = ['data', 'end', 'close', 'error'] as const

/** The order of events, with repetitions counted. */
const record = (stream: Readable): string[] => {
  const seen: string[] = []
  for (const event of events)
    stream.on(event, () => {
      const last = seen.at(-1)
      if (last?.startsWith(event)) seen[seen.length - 1] = `${event} ×${Number(last.split('×')[1] ?? 1) + 1}`
      else seen.push(event)
    })
  return seen
}

const closed = async (stream: Readable): Promise<void> => {
  if (!stream.closed) await new Promise<void>((resolve) => stream.once('close', resolve))
}

const ids = (rows: readonly unknown[]): unknown => [
  rows.length,
  (rows[0] as { ID?: unknown } | undefined)?.ID,
  (rows.at(-1) as { ID?: unknown } | undefined)?.ID,
]

const ranges = [
  {},
  null,
  { start: 0, end: 0 },
  { start: 3, end: 5 },
  { start: 20 },
  { end: 4 },
  { start: 24, end: 99 },
  { start: 25 },
  { start: 5, end: 4 },
  { start: -3, end: 2 },
  { end: -1 },
  { start: 1.9, end: 3.9 },
  { start: null, end: null },
  { start: Number.NaN, end: Number.NaN },
  { start: Number.POSITIVE_INFINITY },
  { rowMode: 'array', end: 1 },
]

export const streamScenarios: readonly Scenario[] = [
  {
    name: 'a stream before, while and after it is read',
    shows: ['statement.streamRows', 'options.rowStreamHighWaterMark'],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), few)
      const stream = statement.streamRows()
      const before = shape(stream)
      const seen = record(stream)
      await closed(stream)
      return { before, seen, after: shape(stream) }
    },
  },
  {
    name: 'the high-water mark of the connection is that of its streams',
    shows: ['options.rowStreamHighWaterMark'],
    run: async (subject) => {
      const statement = await streamed(await subject.open({ rowStreamHighWaterMark: 3 }), few)
      return shape(statement.streamRows())
    },
  },
  ...ranges.map(
    (range): Scenario => ({
      name: `streamRows(${JSON.stringify(range, (_key, value: unknown) => (typeof value === 'number' ? String(value) : value))})`,
      shows: ['statement.streamRows'],
      run: async (subject) => {
        const statement = await streamed(await subject.shared(), few)
        return await settled(async () => await statement.streamRows(range).toArray())
      },
    }),
  ),
  {
    name: 'ranges over the parts of a large result, and the same result again',
    shows: ['statement.streamRows'],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), many)
      return [
        ids(await statement.streamRows({ start: 4998, end: 5003 }).toArray()),
        await statement.streamRows({ start: 9999, end: 10_001 }).toArray(),
        ids(await statement.streamRows().toArray()),
        ids(await statement.streamRows().toArray()),
        ids(await statement.streamRows({ start: 11_999 }).toArray()),
      ]
    },
  },
  {
    name: 'two streams of one statement at the same time',
    shows: ['statement.streamRows'],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), many)
      return await Promise.all([
        statement.streamRows().toArray().then(ids),
        statement.streamRows({ start: 6000 }).toArray().then(ids),
      ])
    },
  },
  {
    name: 'streamRows takes the wrong arguments as the driver does',
    shows: ['statement.streamRows'],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), few)
      return [
        1,
        'x',
        [],
        { start: '1' },
        { end: '1' },
        { start: {} },
        { fetchAsString: 'Number' },
        { fetchAsString: ['Nothing'] },
        { fetchAsString: [1] },
        () => {},
      ].map((options) => thrownBy(() => statement.streamRows(options)))
    },
  },
  {
    name: 'a stream that was asked for before the statement has completed',
    shows: ['statement.streamRows', 'execute.streamResult'],
    run: async (subject) => {
      const connection = await subject.shared()
      const statement = connection.execute({ sqlText: few, streamResult: true })
      const seen = [statement.getStatus()]
      const rows = await statement.streamRows().toArray()
      return [seen, ids(rows), statement.getStatus()]
    },
  },
  {
    name: 'a stream of a statement without a callback, collected by default',
    shows: ['statement.streamRows', 'execute.complete'],
    run: async (subject) => {
      const connection = await subject.shared()
      return ids(await connection.execute({ sqlText: few }).streamRows().toArray())
    },
  },
  {
    name: 'a result that was collected can be streamed afterwards',
    shows: ['statement.streamRows'],
    run: async (subject) => {
      const { rows, statement } = await execute(await subject.shared(), { sqlText: few })
      return [ids(rows as unknown[]), ids(await statement.streamRows({ start: 2, end: 3 }).toArray())]
    },
  },
  {
    name: 'for await, to the end and broken off',
    shows: ['statement.streamRows'],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), many)
      let rows = 0
      for await (const _row of statement.streamRows()) rows += 1
      const broken = statement.streamRows()
      let taken = 0
      for await (const _row of broken) if (++taken === 7) break
      return { rows, taken, broken: [broken.destroyed, broken.readableEnded, broken.errored] }
    },
  },
  {
    name: 'pause, resume and readable',
    shows: ['statement.streamRows'],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), many)
      const stream = statement.streamRows()
      const seen: unknown[] = []
      let rows = 0
      stream.on('data', () => {
        rows += 1
        if (rows !== 100) return
        stream.pause()
        setTimeout(() => {
          seen.push(rows, stream.isPaused())
          stream.resume()
        }, 20)
      })
      await closed(stream)
      const pulled = statement.streamRows({ end: 11 })
      let count = 0
      await new Promise<void>((resolve) => {
        pulled.on('readable', () => {
          for (let row = pulled.read(); row !== null; row = pulled.read()) count += 1
        })
        pulled.on('end', resolve)
      })
      return { seen, rows, count }
    },
  },
  {
    name: 'a stream piped into a slow reader loses no row and keeps the order',
    shows: ['statement.streamRows'],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), many)
      const seen: unknown[] = []
      const sink = new Writable({
        objectMode: true,
        highWaterMark: 1,
        write: (row: { ID: unknown }, _encoding, done) => {
          seen.push(row.ID)
          if (seen.length % 1000 === 0) setTimeout(done, 1)
          else done()
        },
      })
      await pipeline(statement.streamRows(), new PassThrough({ objectMode: true }), sink)
      return [seen.length, seen.every((value, index) => value === index + 1)]
    },
  },
  {
    name: 'a stream that nobody reads on holds as many rows as its high-water mark',
    shows: ['statement.streamRows', 'options.rowStreamHighWaterMark'],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), many)
      const stream = statement.streamRows()
      await new Promise<void>((resolve) => stream.once('readable', resolve))
      await pause(50)
      const held = stream.readableLength
      const first = stream.read() as unknown
      stream.destroy()
      return { held, first }
    },
  },
  {
    name: 'a stream that is destroyed in the middle',
    shows: ['statement.streamRows'],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), many)
      const stream = statement.streamRows()
      const seen = record(stream)
      stream.once('data', () => stream.destroy())
      await closed(stream)
      await soon()
      const failing = statement.streamRows()
      const failed = record(failing)
      failing.once('data', () => failing.destroy(new Error('enough')))
      await closed(failing)
      await soon()
      return {
        seen,
        failed,
        errored: failing.errored,
        again: ids(await statement.streamRows({ end: 3 }).toArray()),
      }
    },
  },
  {
    name: 'a stream that is destroyed before it is read',
    shows: ['statement.streamRows'],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), few)
      const stream = statement.streamRows()
      const seen = record(stream)
      stream.destroy()
      await closed(stream)
      await soon()
      return { seen, shape: shape(stream) }
    },
  },
  {
    name: 'the stream of a statement that fails',
    shows: ['statement.streamRows', 'errors'],
    differs: [
      {
        member: 'statement.streamRows',
        kind: 'differs',
        at: 'isClosed',
        governed: /^true$/,
        why: 'a stream that has failed is destroyed, so `close` follows `error`; the driver’s stays open for ever',
      },
    ],
    run: async (subject) => {
      const statement = (await subject.shared()).execute({
        sqlText: 'select NOTHING from NUMBERS',
        streamResult: true,
      })
      const stream = statement.streamRows()
      const seen: unknown[] = []
      await new Promise<void>((resolve) => {
        stream.on('data', () => seen.push('data'))
        stream.on('end', () => seen.push('end'))
        stream.on('error', (error: Error & { code?: unknown; sqlState?: unknown }) => {
          seen.push(['error', error.name, error.code, error.sqlState])
          resolve()
        })
      })
      await soon()
      return { seen, status: statement.getStatus(), isClosed: stream.closed }
    },
  },
  {
    name: 'for await and toArray over a statement that fails',
    shows: ['statement.streamRows', 'errors'],
    run: async (subject) => {
      const connection = await subject.shared()
      const read = async () => {
        for await (const _row of connection.execute({ sqlText: 'select NOTHING from NUMBERS' }).streamRows())
          break
      }
      const seen = (await settled(read)) as { rejected: { name: unknown; code: unknown; sqlState: unknown } }
      const { name, code, sqlState } = seen.rejected
      return [name, code, sqlState]
    },
  },
  {
    name: 'the stream of a statement that has failed already',
    shows: ['statement.streamRows', 'errors'],
    run: async (subject) => {
      const { statement } = await execute(await subject.shared(), { sqlText: 'select NOTHING from NUMBERS' })
      const stream = statement.streamRows()
      const error = await new Promise<{ code: unknown; sqlState: unknown }>((resolve) => {
        stream.on('error', resolve)
        stream.resume()
      })
      return [error.code, error.sqlState]
    },
  },
]
