import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { createMemorySink } from '@snowfence/audit'
import { createGovernedConnection, createLocalGovernance, type GovernedConnection } from 'snowfence'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from '../e2e/clinic-stack.ts'

let clinic: ClinicStack
let directory: string
let out: string
let connection: GovernedConnection
/** For whom a rule reveals Social Security numbers. */
let payer: GovernedConnection

/** As generous as a policy can be by `*`: what is refused here, no `*` lets through. */
const policy = `version: 1
classes:
  ssn: { mask: { partial: { keepLast: 4 } }, uses: [] }
  name: { mask: token }
resources:
  - table: CLINIC.PUBLIC.PATIENTS
    columns: { SSN: ssn, LAST_NAME: name, PATIENT_ID: clear }
    unclassified: withhold
  - table: CLINIC.PUBLIC.PEOPLE
    columns: { SSN: ssn, A: clear }
  - table: CLINIC.PUBLIC.WARDS
    unclassified: allow
rules:
  - id: everything
    effect: permit
    actions: [select, insert, update, delete, merge, truncate, create, alter, drop, grant, export, put, get, share, call, session, transaction, metadata]
    resources: ['*', 'stage:@CLINIC.PUBLIC.EXCHANGE']
  - id: hand-in
    effect: permit
    actions: [put]
    resources: ['stage:@CLINIC.PUBLIC.INBOX']
  - id: payers-see-numbers
    effect: permit
    purposes: [HPAYMT]
    actions: [select]
    resources: [CLINIC.PUBLIC.PATIENTS]
    reveal: [ssn]
`

const open = async (purpose: string): Promise<GovernedConnection> =>
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
      journal: createMemorySink(),
      lease: async () => await clinic.lease(),
    }),
  }).connectAsync()

const administer = async (sqlText: string): Promise<readonly unknown[]> => {
  const administrator = await clinic.administrator()
  return await new Promise((resolve, reject) =>
    administrator.execute({
      sqlText,
      complete: (error, _statement, rows) => (error ? reject(error) : resolve(rows ?? [])),
    }),
  )
}

beforeAll(async () => {
  clinic = await startClinicStack()
  directory = await mkdtemp(join(tmpdir(), 'snowfence-'))
  out = join(directory, 'out')
  await mkdir(out)
  await writeFile(join(directory, 'policy.yaml'), policy)
  await writeFile(join(directory, 'rows.csv'), '1,one\n')
  for (const sql of [
    'create schema CLINIC.OTHER',
    'use schema CLINIC.PUBLIC',
    ...['EXCHANGE', 'INBOX', 'SECRETS', '"EXCHANGE "', '"exchange"', 'OTHER.EXCHANGE'].flatMap((stage) => [
      `create stage ${stage}`,
      `grant read, write on stage ${stage} to role CLINIC_READER`,
      `copy into @${stage}/people from (select SSN, LAST_NAME from PATIENTS limit 5)`,
    ]),
    'remove @EXCHANGE',
    'grant usage on schema CLINIC.OTHER to role CLINIC_READER',
    'grant create stage on schema CLINIC.PUBLIC to role CLINIC_READER',
    'create table WARDS (A int, NAME varchar)',
    'create table PEOPLE (A int, SSN varchar)',
    'grant select, insert on table WARDS to role CLINIC_READER',
    'grant select, insert on table PEOPLE to role CLINIC_READER',
  ])
    await administer(sql)
  connection = await open('HOPERAT')
  payer = await open('HPAYMT')
})
afterAll(async () => {
  await connection?.[Symbol.asyncDispose]()
  await payer?.[Symbol.asyncDispose]()
  await clinic.close()
  await rm(directory, { recursive: true })
})
afterEach(async () => {
  expect(await readdir(out)).toEqual([])
  await administer('remove @EXCHANGE')
})

const exports = [
  'copy into @EXCHANGE from PATIENTS',
  'copy into @EXCHANGE from (select * from PATIENTS)',
  'copy into @EXCHANGE from (select SSN from PATIENTS)',
  'copy into @EXCHANGE from (select PATIENT_ID as A, SSN as B from PATIENTS)',
  "copy into @EXCHANGE from (select PATIENT_ID || '-' || SSN from PATIENTS)",
  'copy into @EXCHANGE from (with t as (select SSN as X from PATIENTS) select X from t)',
  'copy into @EXCHANGE from (select object_construct(*) from PATIENTS) file_format = (type = json)',
  'copy into @EXCHANGE from (select A from PEOPLE union all select SSN from PATIENTS)',
  'copy into @EXCHANGE from (select max(SSN) from PATIENTS)',
  'copy into @EXCHANGE from (select BIRTH_DATE from PATIENTS)',
  'copy into @EXCHANGE from (select PATIENT_ID from PATIENTS) partition by (SSN)',
]

describe('masked columns do not leave by an unload', () => {
  test.each([...exports, 'copy into @EXCHANGE from (select PATIENT_ID from PATIENTS order by SSN)'])(
    '%s',
    async (sql) => {
      expect(await connection.attempt(sql)).toMatchObject({ kind: 'denied' })
      expect(await administer('list @EXCHANGE')).toEqual([])
    },
  )

  test.each(exports)('not even for whom they are revealed: %s', async (sql) => {
    expect(await payer.attempt(sql)).toMatchObject({ kind: 'denied' })
    expect(await administer('list @EXCHANGE')).toEqual([])
  })

  test('while what is clear may', async () => {
    expect(
      await connection.attempt('copy into @EXCHANGE from (select PATIENT_ID from PATIENTS limit 3)'),
    ).toMatchObject({ kind: 'completed' })
    expect(
      await connection.attempt('copy into @EXCHANGE/n from (select count(*) from PATIENTS)'),
    ).toMatchObject({
      kind: 'completed',
    })
  })
})

describe('a stage that no rule names', () => {
  test.each([
    'get @SECRETS file://OUT/',
    'get @SECRETS/people file://OUT/',
    "get '@SECRETS/people' 'file://OUT/'",
    'get @CLINIC.PUBLIC.SECRETS file://OUT/',
    'get @PUBLIC."SECRETS" file://OUT/',
    'get @"exchange" file://OUT/',
    'get @"EXCHANGE " file://OUT/',
    'get @OTHER.EXCHANGE file://OUT/',
    'get @CLINIC.OTHER.EXCHANGE file://OUT/',
    'get @~ file://OUT/',
    'get @%WARDS file://OUT/',
    'get @SYSTEM$BIND file://OUT/',
    "get @SECRETS file://OUT/ pattern='@EXCHANGE'",
    "get 'snow://model/m/versions/v' file://OUT/ pattern='@EXCHANGE'",
    'get @SECRETS @EXCHANGE file://OUT/',
    'get @EXCHANGE @SECRETS file://OUT/',
    'list @SECRETS',
    "ls '@SECRETS'",
    'list @SYSTEM$BIND',
    'remove @SECRETS',
    'put file://DIR/rows.csv @SECRETS',
    'put file://DIR/rows.csv @~',
    'put file://DIR/rows.csv @OTHER.EXCHANGE',
    'copy into @SECRETS from (select 1)',
    "copy into 's3://bucket/out/' from (select 1)",
    'copy into WARDS from @SECRETS',
    'copy into WARDS from @SECRETS/people',
    'copy into WARDS from (select $1, $2 from @SECRETS)',
    "copy into WARDS from 's3://bucket/in/'",
    'select $1 from @SECRETS',
    'select p.SSN from PATIENTS p join @SECRETS s on s.$1 = p.SSN',
    'select METADATA$FILENAME from @SECRETS',
    "select get_presigned_url(@SECRETS, 'people')",
    'copy files into @EXCHANGE from @SECRETS',
  ])('is not reached by %s', async (sql) => {
    const text = sql.replace('OUT', out).replace('DIR', directory)
    expect(await connection.attempt(text)).toMatchObject({ kind: 'denied' })
  })

  test('is not reached by another name for it', async () => {
    for (const sql of [
      'create or replace stage EXCHANGE',
      'create temporary stage EXCHANGE',
      "create stage EXCHANGE2 url = 's3://bucket/'",
      "create or replace temporary stage SYSTEM$BIND file_format=( type=csv field_optionally_enclosed_by='\"')",
      'alter stage SECRETS rename to EXCHANGE2',
      'drop stage EXCHANGE',
      'create stage EXCHANGE2 clone SECRETS',
    ])
      expect(await connection.attempt(sql)).toMatchObject({ kind: 'denied' })
  })

  test('is not reached by a place that the session moved to', async () => {
    const moved = await open('HOPERAT')
    await moved.query('use schema CLINIC.OTHER')
    expect(await moved.attempt(`get @EXCHANGE file://${out}/`)).toMatchObject({ kind: 'denied' })
    await moved[Symbol.asyncDispose]()
  })

  test('is not reached by a path of one that is named', async () => {
    for (const path of ['EXCHANGE/../SECRETS/people', 'EXCHANGE/..', 'EXCHANGE//SECRETS'])
      await expect(connection.query(`get '@${path}' file://${out}/`)).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:001757|003001)$/),
      })
  })

  test('is not reached as a part of several statements', async () => {
    await expect(
      new Promise((resolve, reject) =>
        connection.execute({
          sqlText: `select 1; get @SECRETS file://${out}/`,
          parameters: { MULTI_STATEMENT_COUNT: 2 },
          complete: (error, statement) => (error ? reject(error) : resolve(statement)),
        }),
      ),
    ).rejects.toMatchObject({ sqlState: expect.any(String) })
  })
})

describe('a stage that may be written', () => {
  test('is not read by that', async () => {
    expect(await connection.attempt(`put file://${directory}/rows.csv @INBOX`)).toMatchObject({
      kind: 'completed',
    })
    for (const sql of [
      `get @INBOX file://${out}/`,
      'list @INBOX',
      'remove @INBOX',
      'copy into WARDS from @INBOX',
      'copy into @INBOX from (select 1)',
    ])
      expect(await connection.attempt(sql)).toMatchObject({ kind: 'denied' })
  })
})

describe('a load', () => {
  test('does not write into a classified column', async () => {
    await connection.query(`put file://${directory}/rows.csv @EXCHANGE`)
    expect(await connection.attempt('copy into PEOPLE from @EXCHANGE')).toMatchObject({ kind: 'denied' })
    expect(await connection.attempt('copy into PEOPLE (SSN) from @EXCHANGE')).toMatchObject({
      kind: 'denied',
    })
    expect(await connection.attempt('copy into WARDS from @EXCHANGE purge = true')).toMatchObject({
      kind: 'completed',
    })
  })

  test('tells nothing of the rows that it stumbled over', async () => {
    await writeFile(join(directory, 'bad.csv'), 'Zyzzogeton,x\n')
    await connection.query(`put file://${directory}/bad.csv @EXCHANGE`)
    const failed = await connection.query('copy into WARDS from @EXCHANGE').catch((error: unknown) => error)
    expect(failed).toMatchObject({ snowfenceCode: 'ERR_WAREHOUSE_FAILED' })
    // No letters of which an id of a query or trace could be made.
    expect(inspect(failed, { depth: 9 })).not.toMatch(/zyzzo|geton/i)
  })
})

describe('what carries a file', () => {
  const transfer = async (options: object) =>
    await new Promise<{ error: unknown; statement: unknown }>((resolve) =>
      connection.execute({
        ...options,
        complete: (error: unknown, statement: unknown) => resolve({ error, statement }),
      } as never),
    )

  test('shows no token of it', async () => {
    const { statement } = await transfer({ sqlText: `put file://${directory}/rows.csv @EXCHANGE` })
    expect((statement as { getFileMetadata?: unknown }).getFileMetadata).toBeUndefined()
    const failed = await transfer({ sqlText: `get @EXCHANGE file://${directory}/nowhere/` })
    for (const shown of [statement, failed, connection])
      expect(inspect(shown, { depth: 20, showHidden: true })).not.toMatch(/local-transfer|GCS_ACCESS_TOKEN/)
    const id = (statement as { getQueryId(): string }).getQueryId()
    const again = await new Promise((resolve) =>
      connection.fetchResult({
        queryId: id,
        complete: (error: unknown, _statement: unknown, rows: unknown) => resolve({ error, rows }),
      } as never),
    )
    expect(inspect(again, { depth: 20, showHidden: true })).not.toMatch(/local-transfer|GCS_ACCESS_TOKEN/)
  })

  test('takes the file that was named, and no text in its place', async () => {
    const { error } = await transfer({
      sqlText: `put file://${directory}/absent.csv @EXCHANGE`,
      fileStream: 'made up',
    })
    expect(error).toMatchObject({ snowfenceCode: 'ERR_FILE_TRANSFER_FAILED', execution: 'failed' })
    expect(await administer('list @EXCHANGE')).toEqual([])
  })

  test.each(['absent/rows.csv', 'absent-*.csv', '.'])(
    'says of the local path %s that nothing was sent',
    async (path) => {
      const { error } = await transfer({ sqlText: `put file://${directory}/${path} @EXCHANGE` })
      expect(error).toMatchObject({ snowfenceCode: 'ERR_FILE_TRANSFER_FAILED', execution: 'failed' })
      expect(await administer('list @EXCHANGE')).toEqual([])
    },
  )

  test.each([{ asyncExec: true }, { describeOnly: true }])('is refused as %j', async (manner) => {
    const { error } = await transfer({ sqlText: `put file://${directory}/rows.csv @EXCHANGE`, ...manner })
    expect(error).toMatchObject({ snowfenceCode: 'ERR_STATEMENT_DENIED' })
    expect(await administer('list @EXCHANGE')).toEqual([])
  })
})
