import type { Approval } from '@snowfence/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Postgres, startPostgres } from '../../packages/broker/src/test-support/start-postgres.ts'
import { type FaultyClinic, startFaultyClinic } from './faulty-clinic.ts'

let server: Postgres
let clinic: FaultyClinic
beforeAll(async () => {
  server = await startPostgres()
  clinic = await startFaultyClinic({ databaseUrl: await server.createDatabase('replicas') })
})
afterAll(async () => {
  await clinic.close()
  await server.close()
})

const pending = async (): Promise<Approval[]> =>
  (await clinic.ask<{ approvals: Approval[] }>('reviewer', 'GET', '/v1/approvals?state=pending')).approvals

test('a blocked agent goes on waiting when its replica is killed and another one serves', async () => {
  const connection = await clinic.connect()
  const running = connection.query('select NOTE_ID from PSYCHOTHERAPY_NOTES order by 1 limit 2')
  await expect.poll(pending, { timeout: 60_000 }).toHaveLength(1)
  const [approval] = await pending()
  await clinic.moveToReplica()
  expect((await pending()).map(({ id }) => id)).toEqual([approval?.id])
  const answer = { decision: 'approve', comment: null, seenDigest: approval?.digest }
  await clinic.ask('reviewer', 'POST', `/v1/approvals/${approval?.id}/decision`, answer)
  const { rows, approval: granted } = await running
  expect(rows).toHaveLength(2)
  expect(granted?.id).toBe(approval?.id)
}, 300_000)
