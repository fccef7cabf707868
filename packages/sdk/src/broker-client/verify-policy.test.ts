import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { digestOf } from '@snowfence/core'
import { createHttpClient } from '@snowfence/core/http'
import { CompactSign, type CryptoKey, exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBrokerKeys } from './broker-keys.ts'
import { createPolicyVerifier } from './verify-policy.ts'

let server: Server
let verify: ReturnType<typeof createPolicyVerifier>
let brokersKey: CryptoKey
let otherKey: CryptoKey

const document = 'version: 1\nrules: []\n'
const payload = { version: '1', digest: digestOf(document), document }

beforeAll(async () => {
  const pair = await generateKeyPair('ES256')
  brokersKey = pair.privateKey
  otherKey = (await generateKeyPair('ES256')).privateKey
  const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'key', alg: 'ES256', use: 'sig' }] }
  server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(jwks))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  verify = createPolicyVerifier(createBrokerKeys(createHttpClient(url)))
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const sign = async (
  content: unknown,
  key = brokersKey,
  header: Record<string, string> = {},
): Promise<string> =>
  await new CompactSign(new TextEncoder().encode(JSON.stringify(content)))
    .setProtectedHeader({ alg: 'ES256', kid: 'key', typ: 'snowfence-policy', ...header })
    .sign(key)

const invalid = expect.objectContaining({ code: 'ERR_POLICY_SIGNATURE_INVALID' })

test('a policy that the broker signed is handed over', async () => {
  expect(await verify(await sign(payload))).toEqual(payload)
})

test.each<[string, () => Promise<string>]>([
  ['another key', async () => await sign(payload, otherKey)],
  ['a lease or another token of the same key', async () => await sign(payload, brokersKey, { typ: 'JWT' })],
  [
    'a digest that is not that of the document',
    async () => await sign({ ...payload, document: 'version: 2' }),
  ],
  ['a content that is not a policy', async () => await sign({ sub: 'somebody' })],
  [
    'no signature at all',
    async () =>
      `${Buffer.from('{"alg":"none","typ":"snowfence-policy"}').toString('base64url')}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.`,
  ],
  [
    'a changed payload',
    async () => {
      const [header, , signature] = (await sign(payload)).split('.')
      return `${header}.${Buffer.from(JSON.stringify({ ...payload, version: '9' })).toString('base64url')}.${signature}`
    },
  ],
  ['no token', async () => 'not a token'],
])('%s is refused', async (_what, token) => {
  await expect(verify(await token())).rejects.toThrowError(invalid)
})
