import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createMemorySink, type MemorySink } from '@snowfence/audit'
import { createGovernedConnection, createLocalGovernance, type GovernedConnection } from 'snowfence'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from './clinic-stack.ts'

let clinic: ClinicStack
let directory: string
let connection: GovernedConnection
let sink: MemorySink

const policy = `version: 1
classes:
  ssn: { mask: { partial: { keepLast: 4 } } }
  name: { mask: token }
resources:
  - table: CLINIC.PUBLIC.PATIENTS
    columns: { SSN: ssn, LAST_NAME: name, PATIENT_ID: clear, SEX: clear }
    unclassified: withhold
  - table: CLINIC.PUBLIC.WARDS
    unclassified: allow
  - table: CLINIC.PUBLIC.PEOPLE
    columns: { SSN: ssn, A: clear }
rules:
  - id: agents-work
    effect: permit
    actions: [select, insert, session, transaction, metadata, export, delete]
    resources: ['*']
  - id: agents-exchange-files
    effect: permit
    actions: [put, get, export, select, metadata, delete]
    resources: ['stage:@CLINIC.PUBLIC.EXCHANGE', 'stage:@CLINIC.PUBLIC.%WARDS']
  - id: agents-hand-in
    effect: permit
    actions: [put]
    resources: ['stage:@CLINIC.PUBLIC.INBOX']
  - id: auditors-see-numbers
    effect: permit
    purposes: [HPAYMT]
    actions: [select]
    resources: [CLINIC.PUBLIC.PATIENTS]
    reveal: [ssn]
`

const open = async (purpose = 'HOPERAT'): Promise<GovernedConnection> =>
  await createGovernedConnection({
    account: clinic.stack.warehouse.account,
    accessUrl: clinic.stack.warehouse.url,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
    purpose,
    agent: { id: 'file-bot' },
    governance: createLocalGovernance({
      policyFile: join(directory, 'policy.yaml'),
      principal: { issuer: 'https://issuer.test', subject: 'agent', groups: ['clinic-agents'] },
      journal: sink,
      lease: async () => await clinic.lease(),
    }),
  }).connectAsync()

const administer = async (...statements: string[]): Promise<void> => {
  const administrator = await clinic.administrator()
  for (const sqlText of statements)
    await new Promise<void>((resolve, reject) =>
      administrator.execute({ sqlText, complete: (error) => (error ? reject(error) : resolve()) }),
    )
}

const rowsOf = async (sql: string): Promise<readonly unknown[]> => (await connection.query(sql)).rows

beforeAll(async () => {
  clinic = await startClinicStack()
  directory = await mkdtemp(join(tmpdir(), 'snowfence-'))
  await writeFile(join(directory, 'policy.yaml'), policy)
  await writeFile(join(directory, 'wards.csv'), '1,"North, upper"\n2,South\n')
  await administer(
    `create stage EXCHANGE file_format = (type = csv field_optionally_enclosed_by = '"')`,
    'create stage INBOX',
    'create stage SECRETS',
    'create table WARDS (A int, NAME varchar)',
    'create table PEOPLE (A int, SSN varchar)',
    'grant select, insert on table WARDS to role CLINIC_READER',
    'grant select, insert on table PEOPLE to role CLINIC_READER',
    ...['EXCHANGE', 'INBOX', 'SECRETS'].map(
      (stage) => `grant read, write on stage ${stage} to role CLINIC_READER`,
    ),
    'copy into @SECRETS/people from (select SSN, LAST_NAME from PATIENTS limit 5)',
  )
  sink = createMemorySink()
  connection = await open()
})
beforeEach(async () => {
  await rm(join(directory, 'out'), { recursive: true, force: true })
  await mkdir(join(directory, 'out'))
})
afterAll(async () => {
  await connection?.[Symbol.asyncDispose]()
  await clinic.close()
  await rm(directory, { recursive: true })
})

describe('what a policy permits with a named stage', () => {
  test('is a way for files in and out, as the driver has it', async () => {
    expect(await rowsOf(`put file://${directory}/wards.csv @EXCHANGE/in`)).toMatchObject([
      { source: 'wards.csv', target: 'wards.csv.gz', status: 'UPLOADED' },
    ])
    expect(await rowsOf('list @EXCHANGE/in')).toMatchObject([{ name: 'exchange/in/wards.csv.gz' }])
    expect(await rowsOf('copy into WARDS from @EXCHANGE/in')).toMatchObject([
      { status: 'LOADED', rows_loaded: '2' },
    ])
    expect(await rowsOf('select A, NAME from WARDS order by A')).toEqual([
      { A: 1, NAME: 'North, upper' },
      { A: 2, NAME: 'South' },
    ])
    expect(await rowsOf('copy into @EXCHANGE/out from (select A, NAME from WARDS order by A)')).toMatchObject(
      [{ rows_unloaded: 2 }],
    )
    expect(await rowsOf(`get @CLINIC.PUBLIC.EXCHANGE/out file://${directory}/out/`)).toMatchObject([
      { status: 'DOWNLOADED' },
    ])
    const [name = ''] = await readdir(join(directory, 'out'))
    expect(gunzipSync(await readFile(join(directory, 'out', name))).toString()).toBe(
      '1,"North, upper"\n2,"South"\n',
    )
    expect(await rowsOf('remove @EXCHANGE/out')).toMatchObject([{ result: 'removed' }])
  })

  test('works by callback, by stream, and with a working directory', async () => {
    const seen = await new Promise((resolve, reject) =>
      connection.execute({
        sqlText: 'put file://wards.csv @EXCHANGE/cwd overwrite=true',
        cwd: directory,
        complete: (error, _statement, rows) => (error ? reject(error) : resolve(rows)),
      }),
    )
    expect(seen).toMatchObject([{ status: 'UPLOADED' }])
    const streamed: unknown[] = []
    for await (const row of connection.stream('list @EXCHANGE/cwd')) streamed.push(row)
    expect(streamed).toHaveLength(1)
  })

  test('is recorded: the stage, before a file moves, and no name of a file', async () => {
    const before = sink.records.length
    await rowsOf(`put file://${directory}/wards.csv @EXCHANGE/Zebra42 overwrite=true`)
    const added = sink.records.slice(before)
    expect(added).toHaveLength(2)
    expect(added[0]?.record.span.attributes).toMatchObject({
      'snowfence.stages': ['@CLINIC.PUBLIC.EXCHANGE'],
      'snowfence.statement.effects': ['put'],
      'snowfence.decision': 'allow',
    })
    expect(JSON.stringify(added.map(({ text }) => text))).not.toMatch(/Zebra42|wards\\.csv/)
  })

  test('does not happen when it cannot be recorded', async () => {
    await rowsOf(`put file://${directory}/wards.csv @EXCHANGE/kept overwrite=true`)
    const { write } = sink
    sink.write = async () => {
      throw new Error('no room')
    }
    try {
      for (const sql of [
        `get @EXCHANGE/kept file://${directory}/out/`,
        `put file://${directory}/wards.csv @EXCHANGE/unrecorded`,
        'remove @EXCHANGE/kept',
        'copy into @EXCHANGE/unrecorded from WARDS',
      ])
        await expect(connection.query(sql)).rejects.toMatchObject({ snowfenceCode: 'ERR_AUDIT_NOT_DURABLE' })
    } finally {
      sink.write = write
    }
    expect(await readdir(join(directory, 'out'))).toEqual([])
    expect(await rowsOf('list @EXCHANGE/unrecorded')).toEqual([])
    expect(await rowsOf('list @EXCHANGE/kept')).toHaveLength(1)
  })

  test('says what is wrong with a file in the driver’s place', async () => {
    for (const sql of [
      `put file://${directory}/none.csv @EXCHANGE`,
      `put file://${directory}/none/none.csv @EXCHANGE`,
      `get @EXCHANGE/in file://${directory}/nowhere/`,
    ])
      await expect(connection.query(sql)).rejects.toMatchObject({
        snowfenceCode: 'ERR_FILE_TRANSFER_FAILED',
        code: 'ENOENT',
        message: expect.not.stringContaining(directory),
      })
  })
})
