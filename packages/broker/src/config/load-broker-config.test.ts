import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SnowfenceError } from '@snowfence/core'
import { isSnowfenceError } from '@snowfence/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadBrokerConfig } from './load-broker-config.ts'

const minimal = `
issuers: [{ issuer: https://idp.example, audience: snowfence }]
policy: policies/clinic.yaml
snowflake:
  account: acme-clinic
  accountUrl: https://acme-clinic.snowflakecomputing.com/
  roles: [{ groups: [clinic-agents], user: CLINIC_AGENT, role: CLINIC_READER }]
  catalogue: { kind: file, path: catalogue.json }
`

describe('a broker configuration', () => {
  let directory: string

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'snowfence-config-'))
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  const load = async (text: string, environment: Record<string, string> = {}) => {
    const file = join(directory, 'broker.yaml')
    await writeFile(file, text)
    return loadBrokerConfig(file, environment)
  }
  const problemsOf = async (text: string, environment: Record<string, string> = {}): Promise<string[]> => {
    try {
      await load(text, environment)
    } catch (error) {
      if (!isSnowfenceError(error, 'ERR_BROKER_CONFIG_INVALID')) throw error
      const { problems = [] } = error.details as { problems?: { field: string }[] }
      return problems.map(({ field }) => field)
    }
    throw new Error('the configuration was accepted')
  }

  it('is filled up with defaults', async () => {
    const config = await load(minimal)
    expect(config.listen).toMatchObject({ host: '127.0.0.1', port: 8443 })
    expect(config.session).toMatchObject({ ttlSeconds: 3600, leaseSeconds: 300 })
    expect(config.issuers[0]).toMatchObject({ groupsClaim: 'groups', claims: [] })
    expect(config.log.level).toBe('warn')
  })

  it('takes paths as relative to its own file', async () => {
    const config = await load(`${minimal}dataDir: data\n`)
    expect(config.policy).toBe(join(directory, 'policies', 'clinic.yaml'))
    expect(config.dataDir).toBe(join(directory, 'data'))
    expect(config.snowflake.catalogue).toMatchObject({ path: join(directory, 'catalogue.json') })
  })

  it('lets the environment go before the file', async () => {
    const config = await load(`${minimal}listen: { port: 9000 }\n`, {
      SNOWFENCE_BROKER_PORT: '9100',
      SNOWFENCE_BROKER_HOST: '0.0.0.0',
      SNOWFENCE_BROKER_PUBLIC_URL: 'https://broker.example/',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
      DATABASE_URL: 'postgres://db.example/snowfence',
      SNOWFENCE_BROKER_KEY: Buffer.alloc(32, 7).toString('base64'),
    })
    expect(config.listen).toMatchObject({ host: '0.0.0.0', port: 9100 })
    expect(config.publicUrl).toBe('https://broker.example')
    expect(config.databaseUrl).toBe('postgres://db.example/snowfence')
    expect(config.otlp.endpoint).toBe('http://127.0.0.1:4318')
  })

  it('names all its problems at once', async () => {
    const text = minimal.replace('https://idp.example', 'http://idp.example').replace('account:', 'acount:')
    expect((await problemsOf(`${text}surprise: 1\n`)).sort()).toEqual(
      ['', 'issuers[0].issuer', 'snowflake', 'snowflake.account'].sort(),
    )
  })

  it.each([
    ['listen: { porrt: 1 }', 'listen', 'port'],
    ['publicURL: https://broker.example', '', 'publicUrl'],
    ['session: { ttlSecond: 60 }', 'session', 'ttlSeconds'],
  ])('names for %s the field that was meant', async (line, field, meant) => {
    const error = await load(`${minimal}${line}\n`).catch((cause: unknown) => cause)
    const { problems } = (error as SnowfenceError).details as {
      problems: { field: string; message: string }[]
    }
    expect(problems).toMatchObject([
      { field, message: expect.stringContaining(`did you mean \`${meant}\`?`) },
    ])
  })

  it('names the field that was meant in a list and in a choice', async () => {
    const text = minimal.replace('audience:', 'audiense:').replace('kind: file, path:', 'kind: file, pth:')
    const error = await load(text).catch((cause: unknown) => cause)
    expect((error as SnowfenceError).message).toMatch(/`audience`\?.*`path`\?/)
  })

  it('is refused with a plain http public address outside loopback', async () => {
    expect(await problemsOf(`${minimal}publicUrl: http://broker.example\n`)).toEqual(['publicUrl'])
    expect(await problemsOf(`${minimal}publicUrl: http://127.0.0.1.evil.example\n`)).toEqual(['publicUrl'])
    expect((await load(`${minimal}publicUrl: http://[::1]:8443\n`)).publicUrl).toBe('http://[::1]:8443')
  })

  it('is refused when it listens outside loopback without a public address', async () => {
    expect(await problemsOf(`${minimal}listen: { host: 0.0.0.0 }\n`)).toEqual(['publicUrl'])
  })

  it('is refused with PostgreSQL but without the key that replicas share', async () => {
    expect(await problemsOf(minimal, { DATABASE_URL: 'postgres://db.example/x' })).toEqual(['encryptionKey'])
  })

  it('is refused with two databases', async () => {
    const environment = { DATABASE_URL: 'postgres://db.example/x', SNOWFENCE_BROKER_KEY: 'x' }
    expect(await problemsOf(`${minimal}dataDir: data\n`, environment)).toEqual(['dataDir'])
  })

  it('never accepts an algorithm with a shared secret, or none', async () => {
    for (const algorithm of ['HS256', 'none']) {
      const text = minimal.replace('audience: snowfence', `audience: snowfence, algorithms: [${algorithm}]`)
      expect(await problemsOf(text)).toEqual(['issuers[0].algorithms[0]'])
    }
  })

  it('does not repeat values in its problems', async () => {
    const secret = 'not-base64-but-secret'
    const error = await load(`${minimal}databaseUrl: mysql://user:${secret}@db\n`).catch(
      (cause: unknown) => cause,
    )
    expect(JSON.stringify(error)).not.toContain(secret)
  })

  it.each(['', '[]', 'a: [', '42'])('is refused when the file holds something else: %j', async (text) => {
    await expect(load(text)).rejects.toMatchObject({ code: 'ERR_BROKER_CONFIG_INVALID' })
  })

  it('is refused when there is no file', async () => {
    await expect(loadBrokerConfig(join(directory, 'absent.yaml'), {})).rejects.toMatchObject({
      code: 'ERR_BROKER_CONFIG_INVALID',
      message: expect.stringContaining('could not be read (ENOENT)'),
      hint: expect.stringContaining('path'),
    })
  })

  it('is refused with the place where it stops being YAML, and without the text that stands there', async () => {
    await expect(load('databaseUrl: "postgres://u:secret@db\nissuers: [')).rejects.toMatchObject({
      code: 'ERR_BROKER_CONFIG_INVALID',
      message: expect.stringMatching(/is not YAML: line \d+, column \d+$/),
    })
  })
})
