// A warehouse that costs next to nothing: it answers the driver's protocol from bodies that were rendered at start, so that what is
// measured is the client. Run as a process of its own: prints {"url":"…"} when it listens, ends when its parent closes standard input.
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { createGunzip, gzipSync } from 'node:zlib'
import { type BenchTable, benchTables, catalogueRows, renderRow } from './bench-tables.ts'

const CHUNK_ROWS = 50_000

const parameters = Object.entries({
  TIMEZONE: 'America/Los_Angeles',
  TIMESTAMP_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
  TIMESTAMP_NTZ_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3',
  TIMESTAMP_LTZ_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
  TIMESTAMP_TZ_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
  DATE_OUTPUT_FORMAT: 'YYYY-MM-DD',
  TIME_OUTPUT_FORMAT: 'HH24:MI:SS',
  BINARY_OUTPUT_FORMAT: 'HEX',
  JS_TREAT_INTEGER_AS_BIGINT: false,
  CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: 65280,
}).map(([name, value]) => ({ name, value }))

const chunkBodies = new Map<BenchTable, { plain: number; zipped: Buffer }>()

const chunkOf = (table: BenchTable) => {
  const known = chunkBodies.get(table)
  if (known) return known
  const rows = Array.from({ length: CHUNK_ROWS }, (_, index) => JSON.stringify(renderRow(table, index)))
  const body = Buffer.from(rows.join(','))
  const rendered = { plain: body.length, zipped: gzipSync(body, { level: 1 }) }
  chunkBodies.set(table, rendered)
  return rendered
}

const answer = (response: ServerResponse, data: unknown) => {
  const body = JSON.stringify({ data, code: null, message: null, success: true })
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

const textType = (name: string) => ({
  name,
  type: 'text',
  length: 16777216,
  byteLength: 16777216,
  nullable: true,
})

const sessionState = {
  finalDatabaseName: 'BENCH',
  finalSchemaName: 'PUBLIC',
  finalWarehouseName: 'AGENTS',
  finalRoleName: 'READER',
}

const result = (rowtype: unknown[], rowset: unknown[][], extra: Record<string, unknown> = {}) => ({
  queryId: randomUUID(),
  statementTypeId: 4096,
  parameters,
  version: 1,
  rowtype,
  rowset,
  total: rowset.length,
  returned: rowset.length,
  queryResultFormat: 'json',
  ...sessionState,
  ...extra,
})

/** `select * from plain limit 1000000` answers that many rows; `/* delay 50 *​/`-free: a delay comes from `select 50 as wait`. */
const run = async (sqlText: string, address: string) => {
  const sql = sqlText.trim().replaceAll(/\s+/g, ' ').toLowerCase()
  const scan = /from (?:bench\.public\.)?(plain|mixed) limit (\d+)$/.exec(sql)
  if (scan) {
    const table = benchTables[scan[1] as 'plain' | 'mixed']
    const total = Number(scan[2])
    const { plain, zipped } = chunkOf(table)
    const chunks = Array.from({ length: total / CHUNK_ROWS }, (_, index) => ({
      url: `${address}/chunk/${table.name}/${index}`,
      rowCount: CHUNK_ROWS,
      uncompressedSize: plain,
      compressedSize: zipped.length,
    }))
    return result(
      table.columns.map(({ rowtype }) => rowtype),
      [],
      { total, returned: total, chunks },
    )
  }
  const catalogue = catalogueRows(sql)
  if (catalogue) return result(catalogue.names.map(textType), catalogue.rows)
  const current = [...sql.matchAll(/current_[a-z_]+\(\)(?: as ("?)(\w+)\1)?/g)]
  if (sql.startsWith('select current_')) {
    const values: Record<string, string> = {
      'current_role()': 'READER',
      'current_secondary_roles()': '{"roles":"","value":""}',
    }
    return result(
      current.map(([text, , alias]) => textType((alias ?? text).toUpperCase())),
      [current.map(([text]) => values[text.split(' ')[0] ?? ''] ?? 'BENCH')],
    )
  }
  const wait = /^select (\d+) as wait$/.exec(sql)
  if (wait) {
    await sleep(Number(wait[1]))
    return result(
      [{ name: 'WAIT', type: 'fixed', precision: 38, scale: 0, nullable: false }],
      [[wait[1] ?? null]],
    )
  }
  return result([{ name: '1', type: 'fixed', precision: 1, scale: 0, nullable: false }], [['1']])
}

const handle = async (request: IncomingMessage, response: ServerResponse, address: string) => {
  const { pathname } = new URL(request.url ?? '/', address)
  const chunk = /^\/chunk\/(plain|mixed)\//.exec(pathname)
  if (chunk) {
    const { zipped } = chunkOf(benchTables[chunk[1] as 'plain' | 'mixed'])
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': zipped.length })
    response.end(zipped)
    return
  }
  const stream = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request
  const body =
    request.method === 'POST' ? ((await json(stream).catch(() => ({}))) as { sqlText?: string }) : {}
  if (pathname.endsWith('/login-request')) {
    answer(response, {
      token: 'session',
      masterToken: 'master',
      validityInSeconds: 3600,
      masterValidityInSeconds: 14400,
      sessionId: 1,
      parameters,
      sessionInfo: {
        databaseName: 'BENCH',
        schemaName: 'PUBLIC',
        warehouseName: 'AGENTS',
        roleName: 'READER',
      },
    })
  } else if (pathname.endsWith('/query-request')) {
    answer(response, await run(body.sqlText ?? '', address))
  } else {
    answer(response, null)
  }
}

const server = createServer((request, response) => {
  handle(request, response, address).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    response.destroy()
  })
})
let address = ''
server.listen(0, '127.0.0.1', () => {
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const table of Object.values(benchTables)) chunkOf(table)
  process.stdout.write(`${JSON.stringify({ url: address })}\n`)
})
process.stdin.resume().on('end', () => process.exit(0))
