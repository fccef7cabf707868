import { generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../clock.ts'
import { type IssuerConfig, issuerSchema } from '../config/broker-config.ts'
import { json, type KeyServer, startKeyServer } from '../test-support/start-key-server.ts'
import { createIdentityVerifier } from './create-identity-verifier.ts'

const AUDIENCE = 'https://broker.test'
const encode = (text: string): string => Buffer.from(text).toString('base64url')

const strong = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
const broad = generateKeyPairSync('rsa', { modulusLength: 2048 })
const jwkOf = (key: KeyObject, more: object) => ({ ...key.export({ format: 'jwk' }), use: 'sig', ...more })
const keys = [
  jwkOf(strong.publicKey, { kid: 'strong', alg: 'ES256' }),
  jwkOf(weak.publicKey, { kid: 'weak', alg: 'RS256' }),
  jwkOf(broad.publicKey, { kid: 'broad', alg: 'RS256' }),
]

/** A token of exactly this text: signed here, since a library would refuse to. */
const sign = (header: string, payload: string, key: KeyObject = strong.privateKey): string => {
  const input = `${encode(header)}.${encode(payload)}`
  const signature = signBytes(
    'sha256',
    Buffer.from(input),
    key.asymmetricKeyType === 'ec' ? { key, dsaEncoding: 'ieee-p1363' } : key,
  )
  return `${input}.${signature.toString('base64url')}`
}

let server: KeyServer

const now = (): number => Math.floor(Date.now() / 1000)
const claims = (changes: object = {}): Record<string, unknown> => ({
  iss: server.url,
  aud: AUDIENCE,
  sub: 'agent',
  iat: now(),
  exp: now() + 300,
  ...changes,
})
const HEADER = { alg: 'ES256', kid: 'strong' }
const tokenOf = (changes: object = {}, header: object = {}): string =>
  sign(JSON.stringify({ ...HEADER, ...header }), JSON.stringify(claims(changes)))

const verifierOf = (changes: Partial<IssuerConfig> = {}) =>
  createIdentityVerifier(
    [{ ...issuerSchema.parse({ issuer: server.url, audience: AUDIENCE }), ...changes }],
    systemClock,
  )
const verify = (token: string, changes: Partial<IssuerConfig> = {}) => verifierOf(changes).verify(token)
const refused = async (
  token: string,
  changes: Partial<IssuerConfig> = {},
  code = 'ERR_IDENTITY_TOKEN_INVALID',
) => {
  const error = await verify(token, changes).then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ code })
  const said = `${String(error)}${JSON.stringify(error)}`
  for (const part of token.split('.')) if (part.length > 20) expect(said).not.toContain(part)
}

beforeAll(async () => {
  server = await startKeyServer(keys)
})
afterAll(() => server.close())
afterEach(() => {
  server.jwks = json({ keys })
  server.discovery = json({ issuer: server.url, jwks_uri: `${server.url}/jwks` })
  server.asked.length = 0
})

describe('a token that somebody made up', () => {
  it('passes when nothing about it is wrong', async () => {
    expect((await verify(tokenOf())).principal.subject).toBe('agent')
    expect((await verify(tokenOf({}, { typ: 'at+jwt' }))).principal.subject).toBe('agent')
    expect((await verify(tokenOf({}, { typ: 'application/AT+JWT' }))).principal.subject).toBe('agent')
  })

  it.each(['logout+jwt', 'dpop+jwt', 'secevent+jwt', 'snowfence-policy', '', 'JWS', 7])(
    'is refused with the type %j, which is for something else',
    (typ) => refused(tokenOf({}, { typ })),
  )

  it.each([
    ['jku', 'https://attacker.test/jwks'],
    ['x5u', 'https://attacker.test/chain'],
    ['jwk', jwkOf(strong.publicKey, {})],
  ])('is refused when its header brings or points to a key: `%s`', (name, value) =>
    refused(tokenOf({}, { [name]: value })),
  )

  it('is refused with a critical header that is not understood', () =>
    refused(tokenOf({}, { crit: ['b64'], b64: true })))

  it.each([
    ['ten years', () => ({ exp: now() + 10 * 365 * 86_400 })],
    ['two days', () => ({ exp: now() + 2 * 86_400 })],
    ['infinity', () => ({ exp: 1e308 })],
    ['a text', () => ({ exp: `${now() + 300}` })],
    ['a time before it was issued', () => ({ iat: now() + 20, exp: now() + 10 })],
    ['a negative time of issue', () => ({ iat: -1e15 })],
    ['a time of issue to come', () => ({ iat: now() + 3600, exp: now() + 7200 })],
    ['a time that no date can hold', () => ({ iat: 8e15, exp: 8e15 + 1 })],
  ])('is refused when its life is %s', async (_name, changes) => {
    const error = await verify(tokenOf(changes())).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_IDENTITY_TOKEN_(INVALID|EXPIRED)$/) })
  })

  it('ends at its `exp`, and not some seconds after it', () =>
    refused(tokenOf({ iat: now() - 300, exp: now() - 5 }), {}, 'ERR_IDENTITY_TOKEN_EXPIRED'))

  it.each([
    [
      'a claim',
      () =>
        `{"iss":"${server.url}","aud":"${AUDIENCE}","sub":"agent","iat":${now()},"exp":${now() + 300},"sub":"operator"}`,
    ],
    [
      'a claim that is spelt in another way',
      () =>
        `{"iss":"${server.url}","aud":"${AUDIENCE}","sub":"agent","iat":${now()},"exp":${now() + 300},"groups":["a"],"gr\\u006fups":["b"]}`,
    ],
    [
      'a member of a claim',
      () =>
        `{"iss":"${server.url}","aud":"${AUDIENCE}","sub":"agent","iat":${now()},"exp":${now() + 300},"act":{"sub":"a","sub":"b"}}`,
    ],
  ])('is refused when it says %s twice', (_name, payload) => refused(sign(JSON.stringify(HEADER), payload())))

  it('is refused when its header says something twice', () =>
    refused(sign('{"alg":"ES256","kid":"strong","kid":"strong"}', JSON.stringify(claims()))))

  it.each([
    ['a subject with a NUL', { sub: 'agent\0' }],
    ['a subject that turns the order of letters', { sub: 'a\u202etnega' }],
    ['a subject of blanks', { sub: ' ' }],
    ['a subject that nobody sees', { sub: '\u3164' }],
    ['the events of a logout token', { events: {}, sid: '1' }],
    ['a key that its sender must hold', { cnf: { jkt: 'x' } }],
    ['a subject without end', { sub: 'x'.repeat(300) }],
    ['a group with a line feed', { groups: ['a\nb'] }],
    ['a group without a name', { groups: [''] }],
    ['an actor whose issuer has a NUL', { act: { sub: 'sponsor', iss: 'https://a.test\0' } }],
    ['an actor whose issuer is half a character', { act: { sub: 'sponsor', iss: '\ud800' } }],
    ['an actor whose issuer is too long', { act: { sub: 'sponsor', iss: 'x'.repeat(2049) } }],
    ['an actor of no issuer behind another', { act: { sub: 'a', act: { sub: 'b', iss: '' } } }],
    ['more groups than anybody is in', { groups: Array.from({ length: 1001 }, (_, index) => `${index}`) }],
  ])('is refused with %s', (_name, changes) => refused(tokenOf(changes)))
})

describe('groups that a token leaves out because they are too many', () => {
  it.each([
    [
      'a source',
      { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.test' } } },
    ],
    ['a mark', { hasgroups: true }],
    ['the mark of older tokens', { 'groups:src1': 'https://graph.test' }],
  ])('are not taken for none: %s', (_name, changes) => refused(tokenOf(changes)))

  it('matter only where they would be read', async () => {
    const changes = { _claim_names: { groups: 'src1' }, roles: ['clinic-agents'] }
    const { principal } = await verify(tokenOf(changes), { groupsClaim: 'roles' })
    expect(principal.groups).toEqual(['clinic-agents'])
    await refused(tokenOf({ _claim_names: { department: 'src1' } }), { claims: ['department'] })
  })
})

describe('the party a token was given to', () => {
  it('is one of those that are configured', async () => {
    const only = { authorizedParties: ['agent-platform'] }
    expect((await verify(tokenOf({ azp: 'agent-platform' }), only)).principal.subject).toBe('agent')
    expect((await verify(tokenOf({ client_id: 'agent-platform' }), only)).principal.subject).toBe('agent')
    await refused(tokenOf({ azp: 'another-app' }), only)
    await refused(tokenOf({ azp: 'agent-platform', client_id: 'another-app' }), only)
    await refused(tokenOf(), only)
  })

  it('is known when the token is meant for several audiences', async () => {
    const aud = [AUDIENCE, 'https://elsewhere.test']
    await refused(tokenOf({ aud }))
    await refused(tokenOf({ aud, azp: 'anybody' }))
    await refused(tokenOf({ azp: 7 }))
    expect((await verify(tokenOf({ aud, azp: AUDIENCE }))).principal.subject).toBe('agent')
    const only = { authorizedParties: ['agent-platform'] }
    expect((await verify(tokenOf({ aud, azp: 'agent-platform' }), only)).principal.subject).toBe('agent')
  })
})

describe('the keys of an issuer', () => {
  it('are refused when they are weak', async () => {
    const payload = JSON.stringify(claims())
    const token = (kid: string, key: KeyObject) => sign(JSON.stringify({ alg: 'RS256', kid }), payload, key)
    expect((await verify(token('broad', broad.privateKey))).principal.subject).toBe('agent')
    await refused(token('weak', weak.privateKey))
  })

  it('are never a shared secret, and one with an exponent of one verifies nothing', async () => {
    const { n } = broad.publicKey.export({ format: 'jwk' })
    server.jwks = json({
      keys: [
        { kty: 'oct', kid: 'strong', k: encode('x'.repeat(32)), alg: 'HS256' },
        { kty: 'RSA', kid: 'one', n, e: 'AQ', alg: 'RS256' },
        { kty: 'EC', kid: 'for-encryption', use: 'enc', ...strong.publicKey.export({ format: 'jwk' }) },
      ],
    })
    await refused(tokenOf())
    await refused(tokenOf({}, { kid: 'for-encryption' }))
    await refused(
      sign(JSON.stringify({ alg: 'RS256', kid: 'one' }), JSON.stringify(claims()), broad.privateKey),
    )
  })

  const endless = (_request: unknown, response: import('node:http').ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{"keys":[')
    const chunk = ' '.repeat(64 * 1024)
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', more)
    }
    more()
  }

  it.each(['discovery', 'jwks'] as const)('come with an answer that has an end: %s', async (which) => {
    server[which] = endless
    await refused(tokenOf(), {}, 'ERR_IDENTITY_ISSUER_UNREACHABLE')
  })

  it('are not searched for in hundreds', async () => {
    server.jwks = json({ keys: Array.from({ length: 200 }, (_, index) => ({ ...keys[0], kid: `${index}` })) })
    await refused(tokenOf(), {}, 'ERR_IDENTITY_ISSUER_UNREACHABLE')
  })

  it('are not fetched from where a redirection leads', async () => {
    server.jwks = (_request, response) => {
      response.writeHead(302, { location: `${server.url}/elsewhere` }).end()
    }
    await refused(tokenOf(), {}, 'ERR_IDENTITY_ISSUER_UNREACHABLE')
    expect(server.asked).not.toContain('/elsewhere')
  })

  it('are fetched a few times only, however many tokens name keys that nobody knows', async () => {
    const verifier = verifierOf()
    await verifier.verify(tokenOf())
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        verifier.verify(tokenOf({}, { kid: `unknown-${index}` })).catch(() => {}),
      ),
    )
    for (let index = 0; index < 50; index += 1)
      await verifier.verify(tokenOf({}, { kid: `unknown-again-${index}` })).catch(() => {})
    expect(server.asked.filter((path) => path === '/jwks').length).toBeLessThanOrEqual(6)
    expect((await verifier.verify(tokenOf())).principal.subject).toBe('agent')
  })

  it('are asked for a few times only, however many tokens come while the issuer fails', async () => {
    server.jwks = (_request, response) => {
      response.writeHead(500).end()
    }
    const verifier = verifierOf()
    for (let index = 0; index < 50; index += 1) await verifier.verify(tokenOf()).catch(() => {})
    expect(server.asked.filter((path) => path === '/jwks').length).toBeLessThanOrEqual(6)
  })

  it('may change, and the new one is found', async () => {
    const verifier = verifierOf()
    await verifier.verify(tokenOf())
    const next = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    server.jwks = json({ keys: [...keys, jwkOf(next.publicKey, { kid: 'next', alg: 'ES256' })] })
    const token = sign(
      JSON.stringify({ alg: 'ES256', kid: 'next' }),
      JSON.stringify(claims()),
      next.privateKey,
    )
    expect((await verifier.verify(token)).principal.subject).toBe('agent')
  })
})
