import { createSecretKey } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../clock.ts'
import { type IssuerConfig, issuerSchema } from '../config/broker-config.ts'
import { type OidcIssuer, startOidcIssuer } from '../test-support/start-oidc-issuer.ts'
import { createIdentityVerifier } from './create-identity-verifier.ts'

const AUDIENCE = 'https://broker.test'

const configOf = (issuer: string, changes: Partial<IssuerConfig> = {}): IssuerConfig => ({
  ...issuerSchema.parse({ issuer, audience: AUDIENCE, algorithms: ['ES256'] }),
  ...changes,
})

describe('identity tokens of a real OpenID provider', () => {
  let issuer: OidcIssuer

  beforeAll(async () => {
    issuer = await startOidcIssuer({
      clients: [{ id: 'agent', groups: ['b', 'a', 'b'] }],
      audience: AUDIENCE,
    })
  })
  afterAll(() => issuer.close())

  const verify = async (token: string, changes: Partial<IssuerConfig> = {}) =>
    createIdentityVerifier([configOf(issuer.url, changes)], systemClock).verify(token)

  it('become a principal with the groups of the configured claim', async () => {
    const { principal } = await verify(await issuer.token('agent'))
    expect(principal).toEqual({ issuer: issuer.url, subject: 'agent', groups: ['a', 'b'], claims: {} })
  })

  it('keep of their claims only those that are configured', async () => {
    const { principal } = await verify(await issuer.token('agent'), { claims: ['client_id', 'absent'] })
    expect(principal.claims).toEqual({ client_id: 'agent' })
  })

  it('speak only for the groups that their issuer may speak for', async () => {
    const { principal } = await verify(await issuer.token('agent'), { groups: ['b', 'privacy-office'] })
    expect(principal.groups).toEqual(['b'])
  })

  it('are refused when they are for another audience', async () => {
    const token = await issuer.token('agent', 'https://elsewhere.test')
    await expect(verify(token)).rejects.toMatchObject({ code: 'ERR_IDENTITY_AUDIENCE_MISMATCH' })
  })

  it('are refused when they have expired', async () => {
    const later = () => new Date(Date.now() + 3600_000)
    const verifier = createIdentityVerifier([configOf(issuer.url)], later)
    await expect(verifier.verify(await issuer.token('agent'))).rejects.toMatchObject({
      code: 'ERR_IDENTITY_TOKEN_EXPIRED',
    })
  })

  it('are refused when their issuer is not configured', async () => {
    const verifier = createIdentityVerifier([configOf('https://idp.example')], systemClock)
    await expect(verifier.verify(await issuer.token('agent'))).rejects.toMatchObject({
      code: 'ERR_IDENTITY_ISSUER_UNKNOWN',
    })
  })

  it('are refused when their contents were changed', async () => {
    const [header, payload, signature] = (await issuer.token('agent')).split('.') as [string, string, string]
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const forged = Buffer.from(JSON.stringify({ ...claims, groups: ['broker-operators'] })).toString(
      'base64url',
    )
    await expect(verify(`${header}.${forged}.${signature}`)).rejects.toMatchObject({
      code: 'ERR_IDENTITY_TOKEN_INVALID',
    })
  })

  it('are refused when the algorithm is not on the list', async () => {
    await expect(verify(await issuer.token('agent'), { algorithms: ['RS256'] })).rejects.toMatchObject({
      code: 'ERR_IDENTITY_TOKEN_INVALID',
    })
  })

  it.each(['', 'nonsense', 'a.b.c', 'x'.repeat(20_000)])(
    'are refused when they are no tokens at all',
    async (text) => {
      await expect(verify(text)).rejects.toMatchObject({ code: 'ERR_IDENTITY_TOKEN_INVALID' })
    },
  )
})

describe('tokens of an issuer that is not quite right', () => {
  let server: Server
  let url: string
  let privateKey: CryptoKey
  let publicKey: CryptoKey
  let discovery: Record<string, unknown>
  let status = 200

  beforeAll(async () => {
    ;({ privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true }))
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }
    server = createServer((request, response) => {
      response.statusCode = status
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(request.url === '/jwks' ? { keys: [jwk] } : discovery))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    discovery = { issuer: url, jwks_uri: `${url}/jwks` }
  })
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })

  const claims = (changes: Record<string, unknown> = {}): Record<string, unknown> => {
    const now = Math.floor(Date.now() / 1000)
    return { iss: url, aud: AUDIENCE, sub: 'agent', iat: now, exp: now + 300, ...changes }
  }
  const sign = (payload: Record<string, unknown>): Promise<string> =>
    new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(privateKey)
  const verify = (token: string) => createIdentityVerifier([configOf(url)], systemClock).verify(token)

  it('pass when nothing is wrong', async () => {
    expect((await verify(await sign(claims()))).principal.subject).toBe('agent')
  })

  it.each(['sub', 'exp', 'iat', 'iss'])('are refused without the claim `%s`', async (claim) => {
    await expect(verify(await sign({ ...claims(), [claim]: undefined }))).rejects.toMatchObject({
      code: 'ERR_IDENTITY_TOKEN_INVALID',
    })
  })

  it('are refused without an audience', async () => {
    await expect(verify(await sign({ ...claims(), aud: undefined }))).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_IDENTITY_(TOKEN_INVALID|AUDIENCE_MISMATCH)$/),
    })
  })

  it('are refused when they would live for days', async () => {
    const now = Math.floor(Date.now() / 1000)
    const standing = await sign(claims({ iat: now - 3 * 86_400, exp: now + 30 * 86_400 }))
    await expect(verify(standing)).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_IDENTITY_TOKEN/),
    })
  })

  it('are refused when groups are not a list of names', async () => {
    await expect(verify(await sign(claims({ groups: [{ name: 'a' }] })))).rejects.toMatchObject({
      code: 'ERR_IDENTITY_TOKEN_INVALID',
    })
  })

  it('are refused when they are not signed', async () => {
    await expect(verify(new UnsecuredJWT(claims()).encode())).rejects.toMatchObject({
      code: 'ERR_IDENTITY_TOKEN_INVALID',
    })
  })

  it('are refused when the public key was used as a shared secret', async () => {
    const secret = createSecretKey(Buffer.from(await exportSPKI(publicKey)))
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(secret)
    await expect(verify(token)).rejects.toMatchObject({ code: 'ERR_IDENTITY_TOKEN_INVALID' })
  })

  it('are refused when the discovery document names another issuer', async () => {
    discovery = { issuer: 'https://elsewhere.test', jwks_uri: `${url}/jwks` }
    await expect(verify(await sign(claims()))).rejects.toMatchObject({
      code: 'ERR_IDENTITY_ISSUER_UNREACHABLE',
    })
    discovery = { issuer: url, jwks_uri: `${url}/jwks` }
  })

  it('are refused when the keys would come over plain http from elsewhere', async () => {
    discovery = { issuer: url, jwks_uri: 'http://elsewhere.test/jwks' }
    await expect(verify(await sign(claims()))).rejects.toMatchObject({
      code: 'ERR_IDENTITY_ISSUER_UNREACHABLE',
    })
    discovery = { issuer: url, jwks_uri: `${url}/jwks` }
  })

  it('are refused while the issuer fails, and accepted when it is back', async () => {
    const verifier = createIdentityVerifier([configOf(url)], systemClock)
    const token = await sign(claims())
    status = 500
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'ERR_IDENTITY_ISSUER_UNREACHABLE' })
    status = 200
    expect((await verifier.verify(token)).principal.subject).toBe('agent')
  })

  it('are refused when nobody listens at the issuer', async () => {
    const gone = 'http://127.0.0.1:1'
    const verifier = createIdentityVerifier([configOf(gone)], systemClock)
    await expect(verifier.verify(await sign({ ...claims(), iss: gone }))).rejects.toMatchObject({
      code: 'ERR_IDENTITY_ISSUER_UNREACHABLE',
    })
  })
})
