import { SnowfenceError } from '@snowfence/core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BrokerConfigInput } from '../config/broker-config.ts'
import { createBroker } from '../create-broker.ts'
import { type Postgres, startPostgres } from '../test-support/start-postgres.ts'
import { startTestBroker, TEST_KEY, type TestBroker } from '../test-support/start-test-broker.ts'

const URL_OF_ALL = 'https://broker.example'

describe('replicas of one database', () => {
  let server: Postgres
  let client: pg.Client
  let first: TestBroker

  beforeAll(async () => {
    server = await startPostgres()
    const databaseUrl = await server.createDatabase('shared')
    first = await startTestBroker({
      config: { databaseUrl, encryptionKey: TEST_KEY, publicUrl: URL_OF_ALL },
    })
    client = new pg.Client({ connectionString: databaseUrl })
    await client.connect()
  }, 120_000)
  afterAll(async () => {
    await client.end()
    await first.close()
    await server.close()
  })

  const refusalOf = async (changes: Partial<BrokerConfigInput>): Promise<SnowfenceError> => {
    const broker = await createBroker({ ...first.config, ...changes }).catch((error: unknown) => error)
    if (broker instanceof SnowfenceError) return broker
    const { listen, close } = broker as Awaited<ReturnType<typeof createBroker>>
    try {
      const error = await listen().catch((refused: unknown) => refused)
      if (error instanceof SnowfenceError) return error
      throw new Error(`the broker came up at ${String(error)}`)
    } finally {
      await close()
    }
  }
  const metricsOf = async ({ send }: TestBroker): Promise<string> =>
    (await send<{ text: string }>('GET', '/metrics', null)).body.text

  it.each([
    ['publicUrl', { publicUrl: 'https://other.example' }, URL_OF_ALL],
    // The address where it listens counts when none is configured.
    ['publicUrl', { publicUrl: undefined }, URL_OF_ALL],
  ] as const)('refuses one with another %s, and says what to do', async (name, changes, there) => {
    const refused = await refusalOf(changes)
    expect(refused.code).toBe('ERR_BROKER_REPLICAS_DIFFER')
    expect(refused.message).toContain(`\`${name}\``)
    expect(refused.message).toContain(there)
    expect(refused.hint).toContain('SNOWFENCE_BROKER_PUBLIC_URL')
  })

  it.each([
    ['snowflake.account', { account: 'other-clinic' }],
    ['snowflake.accountUrl', { accountUrl: 'https://other.snowflakecomputing.com' }],
  ])('refuses one with another %s', async (name, changes) => {
    const refused = await refusalOf({ snowflake: { ...first.config.snowflake, ...changes } })
    expect(refused).toMatchObject({ code: 'ERR_BROKER_REPLICAS_DIFFER', details: { setting: name } })
  })

  it('a refused one leaves no trace, and none of the approvals of the others ended', async () => {
    await refusalOf({ publicUrl: 'https://other.example' })
    expect((await client.query('select 1 from replicas')).rowCount).toBe(1)
    const loaded = `select 1 from records where name = 'policy.loaded'`
    const before = (await client.query(loaded)).rowCount
    await refusalOf({ publicUrl: 'https://other.example' })
    expect((await client.query(loaded)).rowCount).toBe(before)
  })

  it('lets two of one address serve, and shows the settings in which they differ', async () => {
    const second = await first.another({ session: { ttlSeconds: 1800 } })
    await expect.poll(() => metricsOf(second)).toContain('snowfence_broker_replicas 2')
    const metrics = await metricsOf(second)
    expect(metrics).toContain('snowfence_broker_settings_differ{setting="session"} 1')
    expect(metrics.match(/settings_differ\{/g)).toHaveLength(1)
    await second.close()
  })

  it('counts one that stopped no more, and one that was killed for a minute', async () => {
    const seen = `insert into replicas values (gen_random_uuid(), '{ "publicUrl": "https://killed.example" }', '{}',
      clock_timestamp() - make_interval(secs => $1))`
    const rows = async () => (await client.query('select 1 from replicas')).rowCount
    await client.query(seen, [50])
    expect((await refusalOf({})).message).toContain('https://killed.example')
    await client.query(`update replicas set seen_at = seen_at - interval '11 s' where digests = '{}'`)
    const second = await first.another()
    expect(await rows()).toBe(2)
    await second.close()
    expect(await rows()).toBe(1)
  })

  it('of two that start together with different addresses serves at most one', async () => {
    const databaseUrl = await server.createDatabase('together')
    await (await createBroker({ ...first.config, databaseUrl })).close()
    const starts = ['https://one.example', 'https://two.example'].map((publicUrl) =>
      createBroker({ ...first.config, databaseUrl, publicUrl }),
    )
    const ended = await Promise.allSettled(starts)
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of ended) if (result.status === 'fulfilled') await result.value.close()
  })
})

describe('a broker', () => {
  let server: Postgres
  beforeAll(async () => {
    server = await startPostgres()
  }, 120_000)
  afterAll(() => server.close())

  it.each([-5000, 0, 5000])(
    'whose clock is %i ms from the clock of the database shows it',
    async (milliseconds) => {
      const databaseUrl = await server.createDatabase(
        `clock_${Math.abs(milliseconds)}_${Math.sign(milliseconds) + 1}`,
      )
      const test = await startTestBroker({
        clock: () => new Date(Date.now() + milliseconds),
        config: { databaseUrl, encryptionKey: TEST_KEY },
      })
      const offset = async () => {
        const { body } = await test.send<{ text: string }>('GET', '/metrics', null)
        return Number(/^\S+clock_offset_seconds (\S+)$/m.exec(body.text)?.[1] ?? Number.NaN)
      }
      await expect.poll(async () => Math.abs((await offset()) - milliseconds / 1000)).toBeLessThan(1)
      await test.close()
    },
    60_000,
  )
})
