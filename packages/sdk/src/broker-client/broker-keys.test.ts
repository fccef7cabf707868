import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHttpClient } from '@snowfence/core/http'
import { CompactSign, type CryptoKey, compactVerify, exportJWK, generateKeyPair, type JWK } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type BrokerKeys, createBrokerKeys } from './broker-keys.ts'

let server: Server
let url: URL
let asked: string[]
let shown: { status: number; body: unknown }
const pairs: { privateKey: CryptoKey; jwk: JWK }[] = []

beforeAll(async () => {
  for (const kid of ['first', 'second']) {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    pairs.push({ privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } })
  }
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(shown.status, { 'content-type': 'application/json' }).end(JSON.stringify(shown.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/below`)
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
beforeEach(() => {
  asked = []
  shown = { status: 200, body: { keys: [pairs[0]?.jwk] } }
})

const verify = async (keys: BrokerKeys, at: 0 | 1): Promise<string> => {
  const { privateKey, jwk } = pairs[at]!
  const jws = await new CompactSign(new TextEncoder().encode('said'))
    .setProtectedHeader({ alg: 'ES256', kid: String(jwk.kid) })
    .sign(privateKey)
  const { payload } = await compactVerify(jws, keys.find)
  return new TextDecoder().decode(payload)
}

test('keys are read once, also where they were asked for ahead', async () => {
  const keys = createBrokerKeys(createHttpClient(url))
  keys.prefetch()
  expect(await Promise.all([verify(keys, 0), verify(keys, 0)])).toEqual(['said', 'said'])
  keys.prefetch()
  expect(await verify(keys, 0)).toBe('said')
  expect(asked).toEqual(['/below/jwks.json'])
})

test('a key that nobody knows is looked for again, but not at once', async () => {
  let now = 0
  const keys = createBrokerKeys(createHttpClient(url), () => now)
  await verify(keys, 0)
  shown.body = { keys: pairs.map(({ jwk }) => jwk) }
  now = 29_999
  await expect(verify(keys, 1)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
  expect(asked).toHaveLength(1)
  now = 30_000
  expect(await verify(keys, 1)).toBe('said')
  expect(asked).toHaveLength(2)
})

test('a key that the broker has withdrawn is forgotten', async () => {
  let now = 0
  const keys = createBrokerKeys(createHttpClient(url), () => now)
  await verify(keys, 0)
  shown.body = { keys: [pairs[1]?.jwk] }
  now = 600_000
  await expect(verify(keys, 0)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
  expect(asked).toHaveLength(2)
})

test.each([
  ['another status', { status: 503, body: { keys: [] } }],
  ['something that is no key set', { status: 200, body: { keys: 'none' } }],
  ['nothing at all', { status: 200, body: null }],
])('%s gives no key, and the next one who asks tries again', async (_what, answer) => {
  const keys = createBrokerKeys(createHttpClient(url))
  const good = shown
  shown = answer
  keys.prefetch()
  await expect(verify(keys, 0)).rejects.toThrow()
  shown = good
  expect(await verify(keys, 0)).toBe('said')
})
