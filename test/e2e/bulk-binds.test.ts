import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemorySink, type MemorySink } from '@snowfence/audit'
import { createGovernedConnection, createLocalGovernance, type GovernedConnection } from 'snowfence'
import type { Connection } from 'snowflake-sdk'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ClinicStack, startClinicStack } from './clinic-stack.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const rowCount = 100_000
/** A mark that no record and no other statement may hold. */
const mark = 'Xq7Bulk'

let clinic: ClinicStack
let directory: string
let raw: Connection
let governed: GovernedConnection
let sink: MemorySink

const policy = `version: 1
resources:
  - table: CLINIC.*
    unclassified: allow
rules:
  - id: agents-load
    effect: permit
    actions: [select, insert, transaction]
    resources: ['*']
`

interface Written {
  readonly updated: number | undefined
  readonly rows: unknown
}

const write = (connection: Connection | GovernedConnection, sqlText: string, binds?: unknown[][]) =>
  new Promise<Written>((resolve, reject) =>
    (connection as Connection).execute({
      sqlText,
      ...(binds ? { binds: binds as never } : {}),
      complete: (error, statement, rows) =>
        error ? reject(error) : resolve({ updated: statement.getNumUpdatedRows(), rows }),
    }),
  )

beforeAll(async () => {
  clinic = await startClinicStack()
  raw = await clinic.administrator()
  for (const table of ['LOADED', 'LOADED_RAW']) {
    await write(
      raw,
      `create table ${table} (ID int not null, NOTE varchar, OK boolean, SCORE float, SEEN timestamp_ntz)`,
    )
    await write(raw, `grant select, insert on table ${table} to role CLINIC_READER`)
  }
  directory = await mkdtemp(join(tmpdir(), 'snowfence-'))
  await writeFile(join(directory, 'policy.yaml'), policy)
  sink = createMemorySink()
  governed = await createGovernedConnection({
    account: clinic.stack.warehouse.account,
    accessUrl: clinic.stack.warehouse.url,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
    purpose: 'HOPERAT',
    agent: { id: 'loader' },
    governance: createLocalGovernance({
      policyFile: join(directory, 'policy.yaml'),
      principal: { issuer: 'https://issuer.test', subject: 'agent', groups: ['clinic-agents'] },
      journal: sink,
      lease: async () => await clinic.lease(),
    }),
  }).connectAsync()
})
afterAll(async () => {
  await governed?.[Symbol.asyncDispose]()
  await clinic.close()
  await rm(directory, { recursive: true })
})

const notes = [
  'plain',
  'com,ma',
  'quo"te',
  "apo'strophe",
  'line\nbreak',
  'tab\t',
  'Ålund 雪 🌡️',
  '',
  null,
  'back\\slash',
]

const rows = Array.from({ length: rowCount }, (_, index) => [
  index,
  notes[index % notes.length] === null ? null : `${mark}${notes[index % notes.length]}`,
  index % 3 === 0 ? null : index % 2 === 0,
  index % 5 === 0 ? null : index / 8,
  index % 7 === 0 ? null : new Date(Date.UTC(1950, 0, 1) + index * 86_400_000),
])

const insert = (table: string) => `insert into ${table} values (?, ?, ?, ?, ?)`

test('a hundred thousand rows of binds arrive as they do with the driver, which stages them', async () => {
  // The table is looked up before the statements are counted.
  await governed.query('select ID from LOADED limit 1')
  const before = clinic.stack.warehouse.queryHistory().length
  const [theirs, ours] = [
    await write(raw, insert('LOADED_RAW'), rows),
    await write(governed, insert('LOADED'), rows),
  ]
  expect(ours).toEqual(theirs)
  expect(ours.updated).toBe(rowCount)

  const added = clinic.stack.warehouse.queryHistory().slice(before)
  expect(added.map(({ queryText }) => queryText.slice(0, 12))).toEqual([
    'CREATE OR RE',
    'PUT file://1',
    'insert into ',
    'insert into ',
  ])
  expect(added.at(-1)?.queryTag).toContain('"snowfence":1')

  const found = (await governed.query('select ID, NOTE, OK, SCORE, SEEN from LOADED order by ID'))
    .rows as Record<string, unknown>[]
  expect(found).toHaveLength(rowCount)
  const differing = found.findIndex((row, index) => {
    const [id, note, ok, score, seen] = rows[index] as unknown[]
    return !(
      row.ID === id &&
      row.NOTE === note &&
      row.OK === ok &&
      row.SCORE === score &&
      (row.SEEN as Date | null)?.getTime() === (seen as Date | null)?.getTime()
    )
  })
  expect(differing).toBe(-1)
})

test('the record of a bulk insert counts its values and names their types', () => {
  const [record] = sink.records
    .map((sealed) => sealed.record.span.attributes)
    .filter((attributes) => attributes['snowfence.binds.rows'] !== undefined)
  expect(record).toMatchObject({
    'snowfence.binds.rows': rowCount,
    'snowfence.binds.count': 5,
    'snowfence.binds.types': ['FIXED', 'TEXT', 'TEXT', 'TEXT', 'TEXT'],
  })
  expect(JSON.stringify(sink.records)).not.toContain(mark)
})

test('values that a staged file would change arrive unchanged', async () => {
  const odd = ['\\N', 'ends with a return\r', 'NULL', ' spaced ']
  const many = Array.from({ length: 14_000 }, (_, index) => [
    1_000_000 + index,
    odd[index % odd.length],
    null,
    null,
    null,
  ])
  await write(governed, insert('LOADED'), many)
  const { rows: found } = await governed.query(
    'select NOTE, count(*) as N from LOADED where ID >= 1000000 group by NOTE order by NOTE',
  )
  expect(found).toEqual([...odd].sort().map((note) => ({ NOTE: note, N: 3500 })))
})

test('a transaction around a bulk insert can be rolled back', async () => {
  await write(governed, 'begin')
  await write(
    governed,
    insert('LOADED'),
    Array.from({ length: 14_000 }, (_, index) => [2_000_000 + index, null, null, null, null]),
  )
  await write(governed, 'rollback')
  expect((await governed.query('select count(*) as N from LOADED where ID >= 2000000')).rows).toEqual([
    { N: 0 },
  ])
})

test('a row that does not fit fails as it does with the driver, and none is written', async () => {
  const wrong = rows.slice(0, 20_000).map((row, index) => (index === 19_999 ? [null, ...row.slice(1)] : row))
  const failed = async (connection: Connection | GovernedConnection, table: string) =>
    await write(connection, insert(table), wrong).then(
      () => null,
      ({ code, sqlState }: { code: unknown; sqlState: unknown }) => ({ code, sqlState }),
    )
  const theirs = await failed(raw, 'LOADED_RAW')
  expect(theirs).toMatchObject({ code: '100072' })
  expect(await failed(governed, 'LOADED')).toEqual(theirs)
  expect((await governed.query('select count(*) as N from LOADED where ID < 1000000')).rows).toEqual([
    { N: rowCount },
  ])
})
