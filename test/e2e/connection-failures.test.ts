import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type GovernedConnectionOptions, identity } from 'snowfence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from './clinic-stack.ts'

let clinic: ClinicStack
beforeAll(async () => {
  clinic = await startClinicStack()
})
afterAll(async () => await clinic.close())

const token = (get: () => Promise<string>): Partial<GovernedConnectionOptions> => ({
  identity: identity.fromFunction(get),
})

const tampered = async (): Promise<string> => {
  const [header, claims, signature = ''] = (await clinic.stack.identityToken('agent')).split('.')
  return `${header}.${claims}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
}

const expired = async (): Promise<string> => {
  const short = await clinic.stack.identityToken('agent', { ttlSeconds: 1 })
  await pause(3_000)
  return short
}

const nowhere = 'http://127.0.0.1:9'

test.each<[string, () => Promise<Partial<GovernedConnectionOptions>>, string, RegExp]>([
  [
    'a token that is none',
    async () => token(async () => 'hello'),
    'ERR_IDENTITY_TOKEN_INVALID',
    /fresh token/,
  ],
  ['a token that was changed', async () => token(tampered), 'ERR_IDENTITY_TOKEN_INVALID', /fresh token/],
  ['a token that has expired', async () => token(expired), 'ERR_IDENTITY_TOKEN_EXPIRED', /fresh token/],
  [
    'a token for another audience',
    async () =>
      token(async () => await clinic.stack.identityProvider.token('readmissions-bot', 'https://other.test')),
    'ERR_IDENTITY_AUDIENCE_MISMATCH',
    /audience/,
  ],
  [
    'an identity without a role',
    async () => token(async () => await clinic.stack.identityToken('reviewer')),
    'ERR_SESSION_NO_ROLE',
    /snowflake\.roles/,
  ],
  [
    'a file of a token that is not there',
    async () => ({ identity: identity.fromFile(join(tmpdir(), 'no-such-file')) }),
    'ERR_IDENTITY_SOURCE_FAILED',
    /check the file/,
  ],
  [
    'a file of a token that is empty',
    async () => {
      const file = join(tmpdir(), `snowfence-empty-${process.pid}`)
      await writeFile(file, '')
      return { identity: identity.fromFile(file) }
    },
    'ERR_IDENTITY_SOURCE_FAILED',
    /check the file/,
  ],
  ['a broker that is down', async () => ({ broker: nowhere }), 'ERR_BROKER_UNREACHABLE', /start the broker/],
  [
    'an address that is no broker’s',
    async () => ({ broker: clinic.stack.warehouse.url }),
    'ERR_BROKER_RESPONSE_INVALID',
    /check that the address is a Snowfence broker/,
  ],
  [
    'another account than the broker serves',
    async () => ({ account: 'other-account' }),
    'ERR_SESSION_ACCOUNT_MISMATCH',
    /account/,
  ],
  [
    'a warehouse that is not there',
    async () => ({ accessUrl: nowhere }),
    'ERR_WAREHOUSE_UNREACHABLE',
    /`accessUrl`/,
  ],
  [
    'an address that is no warehouse’s',
    async () => ({ accessUrl: clinic.stack.broker.url }),
    'ERR_WAREHOUSE_UNREACHABLE',
    /`accessUrl`/,
  ],
])('%s is one error with its code and a next step', async (_name, options, snowfenceCode, hint) => {
  const failure = await clinic
    .connection(await options())
    .connectAsync()
    .then(
      () => null,
      (error: unknown) => error,
    )
  expect(failure).toMatchObject({
    snowfenceCode,
    hint: expect.stringMatching(hint),
    message: expect.stringMatching(/\S/),
  })
})

test('a database that is not there is named where a statement needs it', async () => {
  const connection = await clinic.connect({ database: 'NO_SUCH_DATABASE' })
  const failure = await connection.query('select STATE from PATIENTS').catch((error: unknown) => error)
  expect(failure).toMatchObject({ hint: expect.stringContaining('`NO_SUCH_DATABASE` does not exist') })
})
