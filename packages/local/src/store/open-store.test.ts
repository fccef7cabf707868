import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isSnowfenceError } from '@snowfence/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLocalSnowflake, type LocalSnowflake } from '../index.ts'
import { connect, disconnect, execute, failureOf, rowsOf } from '../testing/driver.ts'

let parent: string

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'local-snowflake-'))
})
afterAll(() => rm(parent, { recursive: true }))

const logIn = (local: LocalSnowflake, { username, password } = local.administrator) =>
  connect({ account: local.account, accessUrl: local.url, username, password })

test('a data directory keeps rows, tables, privileges and users from one run to the next', async () => {
  const dataDir = join(parent, 'kept')
  const first = await createLocalSnowflake({ dataDir, patients: 3 })
  const connection = await logIn(first)
  await execute(connection, 'create table public.kept (a number(5,1), b variant)')
  await execute(connection, 'insert into kept select 1.5, parse_json(\'{"x":1}\')')
  await execute(connection, "create user helper password = 'pw' default_role = clinic_reader")
  await execute(connection, 'grant role clinic_reader to user helper')
  await execute(connection, 'grant select on table kept to role clinic_reader')
  await disconnect(connection)
  await first.close()

  const administrator = { username: 'ADMIN', password: 'another' }
  const second = await createLocalSnowflake({ dataDir, patients: 3, administrator })
  const helper = await logIn(second, { username: 'helper', password: 'pw' })
  await execute(helper, 'use warehouse agents')
  expect(await rowsOf(helper, 'select current_role(), a, b:x from clinic.public.kept')).toEqual([
    ['CLINIC_READER', 1.5, 1],
  ])
  expect(await failureOf(execute(helper, 'select * from clinic.public.psychotherapy_notes'))).toMatchObject({
    sqlState: '42501',
  })
  expect(await rowsOf(helper, 'select count(*) from clinic.public.patients')).toEqual([[3]])
  await disconnect(helper)
  await disconnect(await logIn(second, administrator))
  await second.close()
})

test('a damaged data directory is said to be one', async () => {
  const dataDir = join(parent, 'damaged')
  await (await createLocalSnowflake({ dataDir, patients: 0 })).close()
  await writeFile(join(dataDir, 'local.duckdb'), 'this is no database')
  const error = await createLocalSnowflake({ dataDir }).catch((reason: unknown) => reason)
  expect(isSnowfenceError(error, 'ERR_LOCAL_DATA_CORRUPT')).toBe(true)
})

test('a path that cannot be a directory is said to be none', async () => {
  const file = join(parent, 'file')
  await writeFile(file, '')
  const error = await createLocalSnowflake({ dataDir: join(file, 'below') }).catch(
    (reason: unknown) => reason,
  )
  expect(isSnowfenceError(error, 'ERR_LOCAL_DATA_CORRUPT')).toBe(true)
})

test('a data directory has one owner, and other users cannot enter it', async () => {
  const dataDir = join(parent, 'owned')
  await mkdir(dataDir, { mode: 0o755 })
  const first = await createLocalSnowflake({ dataDir, patients: 0 })
  const error = await createLocalSnowflake({ dataDir }).catch((reason: unknown) => reason)
  expect(error).toMatchObject({
    code: 'ERR_LOCAL_DATA_CORRUPT',
    message: expect.stringContaining('in use by another program'),
  })
  if (process.platform !== 'win32') {
    for (const name of ['.', 'local.duckdb', 'local.lock', 'local.owner']) {
      expect((await stat(join(dataDir, name))).mode & 0o077, name).toBe(0)
    }
  }
  await first.close()
  await (await createLocalSnowflake({ dataDir, patients: 0 })).close()
})
