import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DriverConnection, type DriverStatement, loadDriver } from '../driver/snowflake-driver.ts'
import { compileCellReaders } from './cell-readers.ts'
import { collectMaskedRows } from './collect-masked-rows.ts'
import { MaskedRowStream } from './masked-row-stream.ts'
import { takeRawCells } from './raw-cells.ts'
import { compileRowBuilder } from './row-shaper.ts'

const PER_CHUNK = 1500

const types = [
  ['NAME', 'text'],
  ['AMOUNT', 'fixed'],
  ['RATIO', 'real'],
  ['IS_OPEN', 'boolean'],
  ['BORN', 'date'],
  ['AT_NOON', 'time'],
  ['SEEN_AT', 'timestamp_ntz'],
  ['SENT_AT', 'timestamp_tz'],
  ['RESULT', 'variant'],
  ['BYTES', 'binary'],
] as const

const parameters = Object.entries({
  TIMEZONE: 'America/Los_Angeles',
  BINARY_OUTPUT_FORMAT: 'HEX',
  DATE_OUTPUT_FORMAT: 'YYYY-MM-DD',
  TIME_OUTPUT_FORMAT: 'HH24:MI:SS',
  TIMESTAMP_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
  TIMESTAMP_NTZ_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3',
  TIMESTAMP_TZ_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
}).map(([name, value]) => ({ name, value }))

/** Every third row is NULL throughout, and names look like the end of a row. */
const cellsOf = (row: number): (string | null)[] =>
  row % 3 === 2
    ? types.map(() => null)
    : [
        `],["${row}"],[ \\ \u2028 ü ${'x'.repeat(row % 90)}`,
        String(row * 1_000_003),
        row % 7 === 0 ? 'inf' : String(row / 7),
        String(row % 2),
        String(row - 700),
        `${row}.250000000`,
        `${row * 1000}.123456789`,
        `${row * 1000}.5 1440`,
        `{"row": ${row}}`,
        '00ff',
      ]

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '', 'http://localhost')
  const answer = (data: unknown): void => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ data, success: true, code: null, message: null }))
  }
  const chunk = /^\/chunk\/(\d+)$/.exec(pathname)
  if (chunk) {
    const first = Number(chunk[1]) * PER_CHUNK
    const rows = Array.from({ length: PER_CHUNK }, (_, index) => JSON.stringify(cellsOf(first + index)))
    response.end(rows.join(','))
    return
  }
  if (pathname.endsWith('/login-request')) {
    answer({ token: 't', masterToken: 'm', validityInSeconds: 3600, masterValidityInSeconds: 3600 })
    return
  }
  const stream = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request
  text(stream).then((body) => {
    if (!pathname.endsWith('/query-request')) return answer(null)
    const chunks = Number(/"select (\d+)"/.exec(body)?.[1] ?? 0)
    const url = (index: number): string =>
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/chunk/${index}`
    const inline = chunks === 0 ? Array.from({ length: 40 }, (_, index) => cellsOf(index)) : []
    const total = chunks === 0 ? inline.length : chunks * PER_CHUNK
    answer({
      queryId: '01b00000-0000-0000-0000-000000000000',
      statementTypeId: 4096,
      version: 1,
      queryResultFormat: 'json',
      parameters,
      total,
      returned: total,
      rowtype: types.map(([name, type]) => ({ name, type, scale: type === 'fixed' ? 0 : 9, nullable: true })),
      rowset: inline,
      ...(chunks === 0
        ? {}
        : {
            chunks: Array.from({ length: chunks }, (_, index) => ({ url: url(index), rowCount: PER_CHUNK })),
          }),
    })
  })
})

let connection: DriverConnection

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  connection = loadDriver().createConnection({
    account: 'test',
    accessUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    username: 'TEST',
    authenticator: 'OAUTH',
    token: 'token',
  })
  await new Promise<void>((resolve, reject) =>
    connection.connect((error) => (error ? reject(error) : resolve())),
  )
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const run = async (chunks: number, rowMode: 'object' | 'array' = 'object'): Promise<DriverStatement> =>
  await new Promise((resolve, reject) => {
    connection.execute({
      sqlText: `select ${chunks}`,
      streamResult: true,
      rowMode,
      complete: (error, statement) => (error ? reject(error) : resolve(statement as DriverStatement)),
    })
  })

const unmasked = {
  cellMask: () => null,
  isConstant: () => false,
  constantOf: () => null,
  readsNames: () => false,
}

interface Range {
  readonly start?: number
  readonly end?: number
  readonly fetchAsString?: readonly string[]
}

/** Opens streams over rows that are built from raw cells, without masks. */
const openingOf = (statement: DriverStatement, rowMode: 'object' | 'array' = 'object') => {
  const driverColumns = statement.getColumns() ?? []
  const readers = compileCellReaders(driverColumns, unmasked)
  const streams = takeRawCells(statement, driverColumns)
  if (readers === null || streams === null) throw new Error('the seam is not there')
  const columns = types.map(([name, type]) => ({ name, type, mask: null, isRevealed: true, domain: '' }))
  return ({ fetchAsString = [], ...range }: Range = {}) => {
    const opened = streams.open(range, compileRowBuilder(columns, readers(fetchAsString), null, rowMode))
    if (opened === null) throw new Error('the stream cannot be tapped')
    return opened
  }
}

/** What a caller can see of rows: values, their types, and what the driver's dates answer. */
const seen = (rows: readonly unknown[]): string =>
  JSON.stringify(rows, function (this: Record<string, unknown>, key, value: unknown) {
    const held = this[key] as { getNanoSeconds?: () => number } | undefined
    return held instanceof Date ? [held.getTime(), held.getNanoSeconds?.(), value] : (value ?? null)
  })

const everyType = ['String', 'Number', 'Date', 'Boolean', 'JSON', 'Buffer']

test.each<[string, number, 'object' | 'array', Range]>([
  ['rows in the first answer', 0, 'object', {}],
  ['rows in the first answer, from the middle', 0, 'object', { start: 7, end: 20 }],
  ['a single row', 0, 'array', { start: 39, end: 39 }],
  ['parts of a large result', 3, 'object', {}],
  ['arrays', 3, 'array', {}],
  ['a range over the seam of two parts', 3, 'object', { start: PER_CHUNK - 3, end: PER_CHUNK + 900 }],
  ['a range behind the end', 1, 'object', { start: PER_CHUNK }],
  ['everything as a string', 2, 'object', { fetchAsString: everyType }],
])('raw cells become the rows that the driver makes: %s', async (_name, chunks, rowMode, range) => {
  const expected = await (await run(chunks, rowMode)).streamRows({ ...range } as never).toArray()
  const open = openingOf(await run(chunks, rowMode), rowMode)
  const rows = await collectMaskedRows(open(range))
  expect(rows).toHaveLength(expected.length)
  expect(seen(rows)).toBe(seen(expected))
  // A second time, over what the driver has kept.
  expect(seen(await collectMaskedRows(open(range)))).toBe(seen(expected))
})

test('two streams of one statement, each with its own types as strings, do not disturb each other', async () => {
  const open = openingOf(await run(2))
  const [values, strings] = await Promise.all([
    collectMaskedRows(open()),
    collectMaskedRows(open({ fetchAsString: everyType })),
  ])
  const plain = await run(2)
  expect(seen(values)).toBe(seen(await plain.streamRows().toArray()))
  expect(seen(strings)).toBe(seen(await plain.streamRows({ fetchAsString: everyType } as never).toArray()))
})

const streamOver = async (statement: DriverStatement, highWaterMark: number): Promise<MaskedRowStream> => {
  const opened = openingOf(statement, 'array')()
  return new MaskedRowStream({
    highWaterMark,
    open: async () => opened,
    translate: (error) => new Error('translated', { cause: error }),
    settle: async () => {},
  })
}
const amounts = (rows: readonly unknown[]): unknown[] => rows.map((row) => (row as unknown[])[1])
const everyAmount = Array.from({ length: 2 * PER_CHUNK }, (_, row) =>
  row % 3 === 2 ? null : row * 1_000_003,
)

test('a reader that asks for more while it is given a row loses none and gets none twice', async () => {
  const stream = await streamOver(await run(2), 3)
  const rows: unknown[] = []
  stream.on('data', (row) => {
    rows.push(row)
    stream.read(0)
    if (rows.length % 100 === 0) {
      stream.pause()
      setImmediate(() => stream.resume())
    }
  })
  await once(stream, 'end')
  expect(amounts(rows)).toEqual(everyAmount)
})

test('rows arrive in order for a reader that takes one at a time, and stop when it stops', async () => {
  const rows: unknown[] = []
  for await (const row of await streamOver(await run(2), 1)) rows.push(row)
  expect(amounts(rows)).toEqual(everyAmount)
  const stream = await streamOver(await run(2), 1)
  for await (const row of stream) {
    expect(amounts([row])).toEqual([0])
    break
  }
  expect(stream.destroyed).toBe(true)
})

test('a row that the driver made itself is not let through', async () => {
  const statement = await run(1)
  const open = openingOf(statement)
  const getColumns = statement.getColumns.bind(statement)
  await collectMaskedRows(open({ end: 0 }))
  statement.getColumns = getColumns
  await expect(collectMaskedRows(open())).rejects.toMatchObject({ snowfenceCode: 'ERR_MASK_FAILED' })
})

test('statements without a part in it get their rows as ever', async () => {
  const before = await run(1)
  openingOf(await run(1))()
  expect(seen(await before.streamRows().toArray())).toBe(seen(await (await run(1)).streamRows().toArray()))
})
