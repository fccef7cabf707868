import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import { identity } from './identity.ts'

const failed = expect.objectContaining({ code: 'ERR_IDENTITY_SOURCE_FAILED' })
let server: Server | null = null

const serve = async (answer: (request: IncomingMessage, address: string) => unknown): Promise<string> => {
  server = createServer((request, response) => {
    const body = answer(request, `http://${request.headers.host}`)
    if (body === null) response.statusCode = 403
    response.setHeader('content-type', typeof body === 'string' ? 'text/plain' : 'application/json')
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

afterEach(async () => {
  vi.unstubAllEnvs()
  await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()))
  server = null
})

test('a token file is read anew for every session', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'snowfence-'))
  const file = join(directory, 'token')
  const source = identity.fromFile(file)
  await writeFile(file, 'first\n')
  expect((await source.token()).reveal()).toBe('first')
  await writeFile(file, 'second\n')
  expect((await source.token()).reveal()).toBe('second')
  await rm(directory, { recursive: true })
  await expect(source.token()).rejects.toThrowError(failed)
})

test('an empty source is an error and not an empty token', async () => {
  vi.stubEnv('SNOWFENCE_TEST_TOKEN', ' ')
  await expect(identity.fromEnv('SNOWFENCE_TEST_TOKEN').token()).rejects.toThrowError(failed)
  await expect(identity.fromFunction(() => '').token()).rejects.toThrowError(failed)
})

test('a token shows itself neither when printed nor as JSON', async () => {
  const token = await identity.fromFunction(async () => 'the-token').token()
  expect(`${token} ${inspect(token)} ${JSON.stringify({ token })}`).not.toContain('the-token')
})

test('a GitHub Actions job asks with its bearer and the audience', async () => {
  const address = await serve((request) =>
    request.headers.authorization === 'Bearer job' && request.url?.includes('audience=snowfence')
      ? { value: 'github-token' }
      : null,
  )
  vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_URL', `${address}/token?api-version=2.0`)
  vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'job')
  const token = await identity.fromGitHubActions({ audience: 'snowfence' }).token()
  expect(token.reveal()).toBe('github-token')
  await expect(identity.fromGitHubActions({ audience: 'other' }).token()).rejects.toThrowError(failed)
})

test('Google Cloud and Azure are asked in their own ways', async () => {
  const address = await serve((request) => {
    if (request.headers['metadata-flavor'] === 'Google') return 'google-token'
    if (request.headers['x-identity-header'] === 'app') return { access_token: 'azure-token' }
    return null
  })
  vi.stubEnv('GCE_METADATA_HOST', new URL(address).host)
  vi.stubEnv('IDENTITY_ENDPOINT', `${address}/msi`)
  vi.stubEnv('IDENTITY_HEADER', 'app')
  expect((await identity.fromGoogleCloud({ audience: 'snowfence' }).token()).reveal()).toBe('google-token')
  expect((await identity.fromAzure({ resource: 'api://snowfence' }).token()).reveal()).toBe('azure-token')
})

test('AWS is asked by its own client, for the audience, and a refusal tells no credential', async () => {
  let isEnabled = true
  const bodies: string[] = []
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (text) => {
      body += String(text)
    })
    request.on('end', () => {
      bodies.push(body)
      response.writeHead(isEnabled ? 200 : 403, { 'content-type': 'text/xml' })
      response.end(
        isEnabled
          ? '<GetWebIdentityTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetWebIdentityTokenResult><WebIdentityToken>aws-token</WebIdentityToken><Expiration>2026-11-23T12:00:00Z</Expiration></GetWebIdentityTokenResult></GetWebIdentityTokenResponse>'
          : '<ErrorResponse><Error><Type>Sender</Type><Code>OutboundWebIdentityFederationDisabled</Code><Message>disabled</Message></Error></ErrorResponse>',
      )
    })
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('AWS_ENDPOINT_URL_STS', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'the-secret')
  vi.stubEnv('AWS_REGION', 'eu-central-1')
  const source = identity.fromAws({ audience: 'snowfence' })
  expect((await source.token()).reveal()).toBe('aws-token')
  const asked = new URLSearchParams(bodies[0])
  expect(asked.get('Action')).toBe('GetWebIdentityToken')
  expect(asked.get('Audience.member.1')).toBe('snowfence')
  isEnabled = false
  const refused = await source.token().catch((error: unknown) => error)
  expect(refused).toMatchObject({
    code: 'ERR_IDENTITY_SOURCE_FAILED',
    message: expect.stringContaining('OutboundWebIdentityFederationDisabled'),
  })
  expect(inspect(refused, { depth: 8 })).not.toContain('the-secret')
})

test('client credentials are exchanged at the discovered token endpoint', async () => {
  const address = await serve((request, base) => {
    if (request.url === '/.well-known/openid-configuration')
      return { issuer: base, token_endpoint: `${base}/token` }
    return request.method === 'POST' && request.url === '/token'
      ? { access_token: 'client-token', token_type: 'bearer' }
      : null
  })
  const source = identity.fromClientCredentials({
    issuer: address,
    clientId: 'agent',
    clientSecret: 'the-secret',
  })
  expect((await source.token()).reveal()).toBe('client-token')
  expect(inspect(source, { depth: 5, showHidden: true })).not.toContain('the-secret')
})

test('a client secret is not sent over plain http beyond loopback', () => {
  expect(() =>
    identity.fromClientCredentials({
      issuer: 'http://issuer.example',
      clientId: 'agent',
      clientSecret: 'x',
    }),
  ).toThrowError(expect.objectContaining({ code: 'ERR_OPTION_REFUSED' }))
})
