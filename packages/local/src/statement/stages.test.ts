import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Connection } from 'snowflake-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalSnowflake, type LocalSnowflake } from '../local-snowflake.ts'
import { connect, connectToClinic, disconnect, execute, failureOf, rowsOf } from '../testing/driver.ts'

let local: LocalSnowflake
let connection: Connection
let directory: string

/** Another user, with a role that may use the schema and nothing else. */
const asGuest = async () => {
  await execute(connection, 'create role if not exists GUEST')
  await execute(connection, "create user if not exists GUEST password = 'guest' default_role = GUEST")
  await execute(connection, 'grant role GUEST to user GUEST')
  await execute(connection, 'grant usage on warehouse AGENTS to role GUEST')
  await execute(connection, 'grant usage on database CLINIC to role GUEST')
  await execute(connection, 'grant usage on schema CLINIC.PUBLIC to role GUEST')
  return await connectToClinic(local, { username: 'GUEST', password: 'guest' })
}

const listed = async (stage: string, from = connection): Promise<unknown[]> =>
  (await rowsOf(from, `list ${stage}`)).map((row) => (row as unknown[])[0])

beforeAll(async () => {
  local = await createLocalSnowflake({ patients: 0 })
  connection = await connectToClinic(local)
  directory = await mkdtemp(join(tmpdir(), 'snowfence-local-'))
  await writeFile(join(directory, 'people.csv'), '1,Anna\n2,"Bea, of Ulm"\n3,\n')
  await execute(
    connection,
    `create stage FILES file_format = (type = csv field_optionally_enclosed_by = '"')`,
  )
})
afterAll(async () => {
  await disconnect(connection)
  await local.close()
  await rm(directory, { recursive: true })
})

describe('PUT and GET', () => {
  test('carry a file through a stage, compressed on the way', async () => {
    const { rows } = await execute(connection, `put file://${directory}/people.csv @FILES/in`)
    expect(rows).toMatchObject([
      { source: 'people.csv', target: 'people.csv.gz', targetCompression: 'GZIP', status: 'UPLOADED' },
    ])
    expect(await listed('@FILES')).toEqual(['files/in/people.csv.gz'])
    await mkdir(join(directory, 'out'))
    const got = await execute(connection, `get @FILES/in file://${directory}/out/`)
    expect(got.rows).toMatchObject([{ file: 'in/people.csv.gz', status: 'DOWNLOADED' }])
    expect(gunzipSync(await readFile(join(directory, 'out', 'people.csv.gz'))).toString()).toBe(
      await readFile(join(directory, 'people.csv'), 'utf8'),
    )
  })

  test('leave a file that is there alone, unless they are to overwrite it', async () => {
    const put = `put file://${directory}/people.csv @FILES/twice auto_compress = false`
    expect((await execute(connection, put)).rows).toMatchObject([{ status: 'UPLOADED' }])
    expect((await execute(connection, put)).rows).toMatchObject([{ status: 'SKIPPED' }])
    expect((await execute(connection, `${put} overwrite = true`)).rows).toMatchObject([
      { status: 'UPLOADED' },
    ])
  })

  test('take several files by a star, and a location between quotes', async () => {
    await writeFile(join(directory, 'a 1.txt'), 'one')
    await writeFile(join(directory, 'a 2.txt'), 'two')
    await execute(connection, `put 'file://${directory}/a *.txt' '@FILES/many' auto_compress=false`)
    expect(await listed('@FILES/many')).toEqual(['files/many/a 1.txt', 'files/many/a 2.txt'])
  })

  test('reach the stage of the user and of a table', async () => {
    await execute(connection, 'create or replace table HELD (A number, B varchar)')
    await execute(connection, `put file://${directory}/people.csv @~/own auto_compress=false`)
    await execute(connection, `put file://${directory}/people.csv @%HELD auto_compress=false`)
    expect(await listed('@~')).toEqual(['own/people.csv'])
    expect(await listed('@CLINIC.PUBLIC.%HELD')).toEqual(['people.csv'])
    await execute(connection, 'drop table HELD')
    await execute(connection, 'create table HELD (A number, B varchar)')
    expect(await listed('@%HELD')).toEqual([])
  })

  test('say what is wrong', async () => {
    expect(await failureOf(execute(connection, `put file://${directory}/people.csv @NONE`))).toMatchObject({
      code: '002003',
      sqlState: '02000',
    })
    expect(await failureOf(execute(connection, 'put @FILES file:///tmp/x'))).toMatchObject({ code: '001003' })
    expect(await failureOf(execute(connection, `get @FILES file://${directory} pattern='.*'`))).toMatchObject(
      { code: '000002' },
    )
  })
})

describe('LIST and REMOVE', () => {
  test('mean every file whose path begins so', async () => {
    for (const folder of ['r/a', 'r/b', 'rest'])
      await execute(connection, `put file://${directory}/people.csv @FILES/${folder}`)
    expect(await rowsOf(connection, 'remove @FILES/r/')).toEqual([
      ['files/r/a/people.csv.gz', 'removed'],
      ['files/r/b/people.csv.gz', 'removed'],
    ])
    expect(await listed('@FILES/r')).toEqual(['files/rest/people.csv.gz'])
  })
})

describe('a stage', () => {
  test('that is temporary is seen by its session alone, and ends with it', async () => {
    const other = await connectToClinic(local)
    await execute(other, 'create temporary stage PASSING')
    await execute(other, `put file://${directory}/people.csv @PASSING`)
    expect(await listed('@PASSING', other)).toHaveLength(1)
    expect(await failureOf(execute(connection, 'list @PASSING'))).toMatchObject({ code: '002003' })
    await disconnect(other)
    const again = await connectToClinic(local)
    await execute(again, 'create temporary stage PASSING')
    expect(await listed('@PASSING', again)).toEqual([])
    await disconnect(again)
  })

  test('that is replaced or dropped is empty afterwards', async () => {
    await execute(connection, 'create stage REPLACED')
    await execute(connection, `put file://${directory}/people.csv @REPLACED`)
    expect(await failureOf(execute(connection, 'create stage REPLACED'))).toMatchObject({ code: '002002' })
    await execute(connection, 'create or replace stage REPLACED')
    expect(await listed('@REPLACED')).toEqual([])
    await execute(connection, 'drop stage REPLACED')
    expect(await failureOf(execute(connection, 'list @REPLACED'))).toMatchObject({ code: '002003' })
    await execute(connection, 'drop stage if exists REPLACED')
  })

  test('is reached with READ and WRITE, and with neither it is not there', async () => {
    const guest = await asGuest()
    const put = `put file://${directory}/people.csv @FILES/guest`
    expect(await failureOf(execute(guest, 'list @FILES'))).toMatchObject({ code: '002003' })
    expect(await failureOf(execute(guest, 'create stage MINE'))).toMatchObject({ code: '003001' })
    await execute(connection, 'grant read on stage FILES to role GUEST')
    await listed('@FILES', guest)
    expect(await failureOf(execute(guest, put))).toMatchObject({ code: '003001' })
    await execute(connection, 'grant write on stage FILES to role GUEST')
    await execute(guest, put)
    expect(await failureOf(execute(guest, 'drop stage FILES'))).toMatchObject({ code: '003001' })
    await execute(connection, `put file://${directory}/people.csv @~/private`)
    expect(await listed('@~/private', guest)).toEqual([])
    expect(await failureOf(execute(guest, 'list @%HELD'))).toMatchObject({ code: '002003' })
    expect((await rowsOf(guest, 'show stages')).map((row) => (row as unknown[])[1])).toEqual(['FILES'])
    await execute(connection, 'revoke all privileges on stage FILES from role GUEST')
    expect(await rowsOf(guest, 'show stages')).toEqual([])
    await disconnect(guest)
  })

  test.each([
    '@FILES/../x',
    '@FILES/a/../../x',
    '@FILES//etc',
    "'@FILES/..\\\\..\\\\x'",
    "'@FILES/./x'",
    '@~/../x',
    '@/etc/passwd',
    "'@FILES/\\u0000'",
  ])('has no place %s', async (location) => {
    for (const sql of [`put file://${directory}/people.csv ${location}`, `list ${location}`])
      expect(await failureOf(execute(connection, sql))).toMatchObject({
        code: expect.stringMatching(/^(?:001757|001003)$/),
      })
  })

  test('is no table', async () => {
    expect(await failureOf(execute(connection, 'select $1 from @FILES'))).toMatchObject({
      code: expect.stringMatching(/^(?:000002|001003)$/),
    })
  })
})

describe('the addresses of staged files', () => {
  const ask = (path: string, init: RequestInit = {}) => fetch(`${local.url}/stage-files/stage/${path}`, init)

  test('are closed without the token of a transfer', async () => {
    await execute(connection, `put file://${directory}/people.csv @FILES/closed auto_compress=false`)
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE'])
      expect((await ask('closed/people.csv', { method })).status).toBe(404)
    const headers = { authorization: 'Bearer local-transfer-guess' }
    expect((await ask('closed/people.csv', { headers })).status).toBe(404)
  })

  test('are open to a transfer for what it named alone', async () => {
    await execute(connection, `put file://${directory}/people.csv @FILES/one auto_compress=false`)
    const token = await transferOf(`get @FILES/one/people.csv file://${directory}/out/`)
    const headers = { authorization: `Bearer ${token}` }
    expect((await ask('one/people.csv', { headers })).status).toBe(200)
    for (const path of ['closed/people.csv', 'one/', '../index.json', 'one/..%2f..%2findex.json', '%2e%2e/x'])
      expect((await ask(path, { headers })).status).toBe(404)
    expect((await ask('one/people.csv', { method: 'PUT', headers, body: 'x' })).status).toBe(404)
  })

  test('take an upload below its place alone', async () => {
    const headers = { authorization: `Bearer ${await transferOf('put file:///tmp/x @FILES/up')}` }
    const put = (path: string) => ask(path, { method: 'PUT', headers, body: 'x' })
    for (const path of ['x', 'other/x', 'up/deeper/x', 'up/..%2fx', 'up/%00'])
      expect((await put(path)).status).toBeGreaterThanOrEqual(400)
    expect((await put('up/x')).status).toBe(200)
    expect((await put('up/x')).status).toBe(412)
    expect(await listed('@FILES/up')).toEqual(['files/up/x'])
  })

  /** The token that a driver would use, asked for as a driver asks. */
  const transferOf = async (sqlText: string): Promise<string> => {
    const login = await fetch(`${local.url}/session/v1/login-request?databaseName=CLINIC&schemaName=PUBLIC`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        data: {
          ACCOUNT_NAME: local.account,
          LOGIN_NAME: local.administrator.username,
          PASSWORD: local.administrator.password,
        },
      }),
    })
    const { data } = (await login.json()) as { data: { token: string } }
    const answer = await fetch(`${local.url}/queries/v1/query-request?requestId=${crypto.randomUUID()}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Snowflake Token="${data.token}"` },
      body: JSON.stringify({ sqlText }),
    })
    const body = (await answer.json()) as { data: { stageInfo: { creds: { GCS_ACCESS_TOKEN: string } } } }
    return body.data.stageInfo.creds.GCS_ACCESS_TOKEN
  }
})

test('the files of stages in memory are gone at the end', async () => {
  const before = (await readdir(tmpdir())).filter((name) => name.startsWith('snowfence-stages-'))
  const other = await createLocalSnowflake({ patients: 0 })
  const session = await connect({
    account: other.account,
    accessUrl: other.url,
    ...other.administrator,
  })
  await execute(session, `put file://${directory}/people.csv @~`)
  expect((await readdir(tmpdir())).filter((name) => name.startsWith('snowfence-stages-')).length).toBe(
    before.length + 1,
  )
  await disconnect(session)
  await other.close()
  expect((await readdir(tmpdir())).filter((name) => name.startsWith('snowfence-stages-'))).toEqual(before)
})

test('stages and their files stay in a data directory', async () => {
  const dataDir = join(directory, 'data')
  const options = { patients: 0, dataDir }
  const first = await createLocalSnowflake(options)
  const session = await connectToClinic(first)
  await execute(session, 'create stage KEPT')
  await execute(session, `put file://${directory}/people.csv @KEPT/x auto_compress=false`)
  await disconnect(session)
  await first.close()
  for (const name of await readdir(join(dataDir, 'stages')))
    expect(name).toMatch(/^(?:index\.json|[0-9a-f-]{36})$/)
  const second = await createLocalSnowflake(options)
  const again = await connectToClinic(second)
  expect(await listed('@KEPT', again)).toEqual(['kept/x/people.csv'])
  await execute(again, `get @KEPT/x file://${directory}/out/`)
  expect(await readFile(join(directory, 'out', 'people.csv'), 'utf8')).toContain('Anna')
  await disconnect(again)
  await second.close()
})
