import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Postgres, startPostgres } from '../../packages/broker/src/test-support/start-postgres.ts'
import {
  startTestBroker,
  TEST_KEY,
  type TestBroker,
} from '../../packages/broker/src/test-support/start-test-broker.ts'
import { type Answer, openSession, send } from '../broker-load/broker-client.ts'
import { canMount, fillDisk, mount, unmount } from './small-disk.ts'

describe.skipIf(!canMount)('a broker whose PostgreSQL has no space on its disk', { timeout: 300_000 }, () => {
  const disk = mkdtempSync(join(tmpdir(), 'snowfence-tablespace-'))
  let server: Postgres
  let test: TestBroker

  beforeAll(async () => {
    server = await startPostgres()
    const [row] = (await server.query('show data_directory')) as { data_directory: string }[]
    const { uid, gid } = statSync(row?.data_directory ?? '')
    mount(disk, '64m', [`uid=${uid}`, `gid=${gid}`])
    await server.query(`create tablespace small location '${disk}'`)
    await server.query('create database full_disk tablespace small')
    test = await startTestBroker({
      config: { databaseUrl: server.addressOf('full_disk'), encryptionKey: TEST_KEY },
    })
  })
  afterAll(async () => {
    await test.close()
    await server.close()
    unmount(disk)
    rmSync(disk, { recursive: true, force: true })
  })

  const openNew = async (): Promise<Answer<unknown>> =>
    openSession(test.broker.url, await test.issuer.token('agent'))
  const readiness = () =>
    send<{ error?: { code: string; hint: string } }>(test.broker.url, 'GET', '/readyz', null)

  it('says so, is not ready, and goes on by itself when there is space again', async () => {
    expect((await openNew()).status).toBe(201)
    const fill = fillDisk(disk)
    // The pages that the tables have already take a few more rows.
    let answer = await openNew()
    for (let asked = 1; answer.status === 201 && asked < 2000; asked += 1) answer = await openNew()
    expect(answer).toMatchObject({
      status: 503,
      body: { error: { code: 'ERR_BROKER_DISK_FULL', hint: expect.stringContaining('free space') } },
    })
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]/)
    expect(await readiness()).toMatchObject({
      status: 503,
      body: { error: { code: 'ERR_BROKER_DISK_FULL' } },
    })

    rmSync(fill)
    expect((await readiness()).status).toBe(200)
    expect((await openNew()).status).toBe(201)
  })
})
