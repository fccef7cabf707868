import { createHash, createHmac, generateKeyPairSync } from 'node:crypto'
import type { SampleIdentity } from '@snowfence/cli/dev'
import { approvalDigest, type Session } from '@snowfence/core'
import { identifyingPattern } from '@snowfence/local'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from '../e2e/clinic-stack.ts'

// The broker's own routes, in the hands of an agent: with its identity token, its session token, and what it makes up.

let clinic: ClinicStack
let own: Session
let ended: Session
let identityToken: string

interface Answer {
  readonly status: number
  readonly text: string
  readonly body: unknown
}

const send = async (
  bearer: string | null,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> => {
  const response = await fetch(new URL(path, clinic.stack.broker.url), {
    method,
    headers: {
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  let parsed: unknown = null
  try {
    parsed = JSON.parse(text)
  } catch {
    // Not every answer is JSON.
  }
  return { status: response.status, text, body: parsed }
}

const sessionRequest = (more: object = {}) => ({
  purpose: 'HOPERAT',
  agent: { id: 'readmissions-bot' },
  client: { name: 'test', version: '0' },
  snowflake: { account: clinic.stack.warehouse.account },
  ...more,
})

const openSession = async (as: SampleIdentity = 'agent'): Promise<Session> => {
  const { body } = await send(await clinic.stack.identityToken(as), 'POST', '/v1/sessions', sessionRequest())
  return body as Session
}

const policyDigestOf = ({ policy }: Session): string =>
  (JSON.parse(Buffer.from(policy.jws.split('.')[1] ?? '', 'base64url').toString()) as { digest: string })
    .digest

const statementOf = (sqlText: string, binds: unknown[] | null = null) => ({
  sqlText,
  binds,
  warehouse: 'AGENTS',
  database: 'CLINIC',
  schema: 'PUBLIC',
})

const digestOf = (session: Session, sqlText: string, binds: unknown[] | null = null): string =>
  approvalDigest({
    statement: statementOf(sqlText, binds),
    role: 'CLINIC_NOTES_READER',
    policyDigest: policyDigestOf(session),
    principal: session.principal,
    purpose: 'HOPERAT',
  })

const notes = 'select TEXT from PSYCHOTHERAPY_NOTES where NOTE_ID = ?'

const askFor = async (session: Session, bind = 1): Promise<{ id: string; digest: string }> => {
  const digest = digestOf(session, notes, [bind])
  const { status, body } = await send(session.sessionToken, 'POST', '/v1/approvals', {
    statement: statementOf(notes, [bind]),
    digest,
    reason: null,
  })
  expect(status).toBe(201)
  return { id: (body as { id: string }).id, digest }
}

const decide = async (id: string, digest: string, as: SampleIdentity = 'reviewer', decision = 'approve') =>
  await send(await clinic.stack.identityToken(as), 'POST', `/v1/approvals/${id}/decision`, {
    decision,
    seenDigest: digest,
  })

const codeOf = ({ body }: Answer): unknown => (body as { error?: { code?: unknown } } | null)?.error?.code

beforeAll(async () => {
  clinic = await startClinicStack()
  own = await openSession()
  ended = await openSession()
  await send(ended.sessionToken, 'DELETE', `/v1/sessions/${ended.sessionId}`)
  identityToken = await clinic.stack.identityToken('agent')
})
afterAll(async () => await clinic.close())

describe('who an agent may not be', () => {
  const claimsOf = () => ({
    sub: 'privacy-officer',
    groups: ['privacy-office', 'operators', 'auditors'],
    iss: clinic.stack.identityProvider.issuer,
    aud: 'https://broker.snowfence.test',
    iat: Math.floor(Date.now() / 1000),
    exp: Math.floor(Date.now() / 1000) + 300,
  })
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const unsigned = (header: object, claims: object = claimsOf()) => `${encode(header)}.${encode(claims)}.`
  const withOwnKey = async (header: object, claims: object = claimsOf()) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    return await new SignJWT(claims as Record<string, unknown>)
      .setProtectedHeader({ alg: 'RS256', ...header })
      .sign(privateKey)
  }
  const realHeader = (): { kid?: string } =>
    JSON.parse(Buffer.from(identityToken.split('.')[0] ?? '', 'base64url').toString()) as { kid?: string }

  const forgeries: readonly (readonly [about: string, make: () => string | Promise<string>])[] = [
    ['no algorithm', () => unsigned({ alg: 'none' })],
    ['no algorithm in capitals', () => unsigned({ alg: 'NONE' })],
    ['an algorithm that is a list', () => unsigned({ alg: ['none'] })],
    ['no signature', () => unsigned({ alg: 'RS256', kid: realHeader().kid })],
    ['a key of its own', async () => await withOwnKey({})],
    ['a key of its own under the real name', async () => await withOwnKey({ kid: realHeader().kid })],
    [
      'a key of its own in the header',
      async () => {
        const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
        return await withOwnKey({ kid: realHeader().kid, jwk: publicKey.export({ format: 'jwk' }) })
      },
    ],
    [
      'an address of keys in the header',
      async () => await withOwnKey({ jku: `${clinic.stack.broker.url}/jwks.json` }),
    ],
    ['a name of a key that is a path', async () => await withOwnKey({ kid: '../../../../dev/null' })],
    ['a name of a key of the prototype', async () => await withOwnKey({ kid: '__proto__' })],
    [
      'the public key as a secret',
      () => {
        const signed = `${encode({ alg: 'HS256', kid: realHeader().kid })}.${encode(claimsOf())}`
        return `${signed}.${createHmac('sha256', createHash('sha256').update('key').digest()).update(signed).digest('base64url')}`
      },
    ],
    [
      'the real signature over other claims',
      () => `${identityToken.split('.')[0]}.${encode(claimsOf())}.${identityToken.split('.')[2]}`,
    ],
    [
      'another issuer',
      async () => await withOwnKey({}, { ...claimsOf(), iss: 'https://issuer.attacker.test' }),
    ],
    [
      'the broker as issuer',
      async () => await withOwnKey({}, { ...claimsOf(), iss: clinic.stack.broker.url }),
    ],
    ['its lease', () => own.lease.token],
    ['its policy', () => own.policy.jws],
    ['its session token', () => own.sessionToken],
    [
      'another audience',
      async () => await clinic.stack.identityProvider.token('readmissions-bot', 'https://other.test'),
    ],
    ['nothing', () => 'x'],
    ['a token in a token', () => `${identityToken}.${identityToken}`],
  ]

  test.each(forgeries)('%s is not accepted as an identity', async (_about, make) => {
    const forged = await make()
    const answer = await send(forged, 'POST', '/v1/sessions', sessionRequest())
    expect(answer.status).toBe(401)
    expect(answer.text).not.toContain(forged)
    expect((await send(forged, 'GET', '/v1/audit/records')).status).toBe(
      401 + (forged === own.sessionToken ? -201 : 0),
    )
  })

  test('an identity without a role gets no session, and an agent no role but its own', async () => {
    for (const role of [
      'CLINIC_NOTES_READER',
      'ACCOUNTADMIN',
      'SNOWFENCE_CATALOG',
      'clinic_notes_reader',
      '"CLINIC_NOTES_READER"',
    ])
      expect(
        codeOf(
          await send(
            identityToken,
            'POST',
            '/v1/sessions',
            sessionRequest({
              snowflake: { account: clinic.stack.warehouse.account, role },
            }),
          ),
        ),
        role,
      ).toBe('ERR_SESSION_NO_ROLE')
    for (const as of ['reviewer', 'auditor', 'operator'] as const) {
      const token = await clinic.stack.identityToken(as)
      expect(codeOf(await send(token, 'POST', '/v1/sessions', sessionRequest())), as).toBe(
        'ERR_SESSION_NO_ROLE',
      )
    }
  })

  test('members of the request that say who one is are refused', async () => {
    for (const more of [
      { principal: { subject: 'privacy-officer', groups: ['privacy-office'] } },
      { groups: ['privacy-office'] },
      { role: 'CLINIC_NOTES_READER' },
      { lifeSeconds: 999_999 },
    ])
      expect((await send(identityToken, 'POST', '/v1/sessions', sessionRequest(more))).status).toBe(400)
    const polluting =
      '{"purpose":"HOPERAT","agent":{"id":"a"},"client":{"name":"t","version":"0"},"snowflake":{"account":"acme-clinic"},"__proto__":{"groups":["operators"]}}'
    expect((await send(identityToken, 'POST', '/v1/sessions', polluting)).status).toBe(400)
    expect(
      (await send(identityToken, 'POST', '/v1/sessions', polluting.replace('__proto__', 'constructor')))
        .status,
    ).toBe(400)
    expect(({} as { groups?: unknown }).groups).toBeUndefined()
  })
})

describe('sessions of others', () => {
  test('a session token is good for its own session alone, while it lives', async () => {
    const other = await openSession()
    for (const [method, path] of [
      ['POST', `/v1/sessions/${other.sessionId}/renew`],
      ['DELETE', `/v1/sessions/${other.sessionId}`],
      ['GET', `/v1/sessions/${other.sessionId}/events`],
    ] as const)
      expect(codeOf(await send(own.sessionToken, method, path)), path).toBe('ERR_SESSION_NOT_FOUND')
    for (const [method, path] of [
      ['POST', `/v1/sessions/${ended.sessionId}/renew`],
      ['GET', '/v1/approvals'],
      ['GET', '/v1/audit/records'],
      ['POST', '/v1/traces'],
    ] as const)
      expect(
        (await send(ended.sessionToken, method, path, method === 'POST' ? {} : undefined)).status,
        path,
      ).toBe(401)
  })

  test('an agent ends no session as an operator would', async () => {
    const other = await openSession()
    for (const bearer of [identityToken, own.sessionToken]) {
      const answer = await send(bearer, 'POST', `/v1/sessions/${other.sessionId}/revoke`, { reason: 'x' })
      expect([401, 403]).toContain(answer.status)
    }
    expect((await send(other.sessionToken, 'GET', '/v1/approvals')).status).toBe(200)
  })
})

describe('approvals', () => {
  test('nobody but an eligible approver decides', async () => {
    const { id, digest } = await askFor(own)
    for (const as of ['agent', 'auditor', 'operator'] as const) {
      const answer = await decide(id, digest, as)
      // An operator cannot read requests, and is told nothing of this one.
      expect(answer.status, as).toBe(as === 'operator' ? 404 : 403)
    }
    const bySession = await send(own.sessionToken, 'POST', `/v1/approvals/${id}/decision`, {
      decision: 'approve',
      seenDigest: digest,
    })
    expect(bySession.status).toBe(401)
    expect(codeOf(await send(own.sessionToken, 'POST', `/v1/approvals/${id}/claim`, { digest }))).toBe(
      'ERR_APPROVAL_STATE',
    )
    expect(codeOf(await decide(id, 'sha256:other'))).toBe('ERR_APPROVAL_DIGEST_MISMATCH')
    await send(own.sessionToken, 'POST', `/v1/approvals/${id}/cancel`)
    expect(codeOf(await decide(id, digest))).toBe('ERR_APPROVAL_STATE')
  })

  test('an approval is claimed once, for its digest, however many claim it together', async () => {
    const { id, digest } = await askFor(own, 2)
    expect((await decide(id, digest)).status).toBe(200)
    expect(
      codeOf(
        await send(own.sessionToken, 'POST', `/v1/approvals/${id}/claim`, {
          digest: digestOf(own, notes, [3]),
        }),
      ),
    ).toBe('ERR_APPROVAL_DIGEST_MISMATCH')
    const claims = await Promise.all(
      Array.from(
        { length: 12 },
        async () => await send(own.sessionToken, 'POST', `/v1/approvals/${id}/claim`, { digest }),
      ),
    )
    expect(claims.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(
      claims
        .filter((answer) => answer.status !== 200)
        .every((answer) => codeOf(answer) === 'ERR_APPROVAL_STATE'),
    ).toBe(true)
    await send(own.sessionToken, 'POST', `/v1/approvals/${id}/settle`, { outcome: 'failed', queryId: null })
    expect(codeOf(await send(own.sessionToken, 'POST', `/v1/approvals/${id}/claim`, { digest }))).toBe(
      'ERR_APPROVAL_STATE',
    )
    expect(codeOf(await decide(id, digest))).toBe('ERR_APPROVAL_STATE')
  })

  test('the digest is of the statement that was asked for, and of nothing else', async () => {
    const digest = digestOf(own, notes, [4])
    for (const statement of [
      statementOf(notes, [5]),
      statementOf(notes, ['4']),
      statementOf(notes, [4, null]),
      statementOf(notes, null),
      statementOf(`${notes} `, [4]),
      statementOf(notes.replace('TEXT', 'text'), [4]),
      { ...statementOf(notes, [4]), schema: 'OTHER' },
      { ...statementOf(notes, [4]), database: null },
      { ...statementOf(notes, [4]), warehouse: 'OTHER' },
    ]) {
      const answer = await send(own.sessionToken, 'POST', '/v1/approvals', {
        statement,
        digest,
        reason: null,
      })
      expect(answer.status, JSON.stringify(statement)).toBeGreaterThanOrEqual(400)
      expect(answer.text).not.toContain('sha256:')
    }
  })

  test('what needs no approval, or is denied, is not asked for', async () => {
    for (const sqlText of [
      'select SSN from PATIENTS',
      "select 1 from PATIENTS where SSN = 'x'",
      'drop table PATIENTS',
      'select TEXT from PSYCHOTHERAPY_NOTES; drop table PATIENTS',
      'not sql',
    ])
      expect(
        (
          await send(own.sessionToken, 'POST', '/v1/approvals', {
            statement: statementOf(sqlText),
            digest: digestOf(own, sqlText),
            reason: null,
          })
        ).status,
        sqlText,
      ).toBeGreaterThanOrEqual(400)
  })

  test('the statement itself, with its binds, is shown to nobody but an approver', async () => {
    const { id, digest } = await askFor(own, 7)
    for (const bearer of [own.sessionToken, identityToken, await clinic.stack.identityToken('auditor')]) {
      const { body } = await send(bearer, 'GET', `/v1/approvals/${id}`)
      expect((body as { statement?: unknown }).statement ?? null).toBeNull()
    }
    const operator = await send(await clinic.stack.identityToken('operator'), 'GET', `/v1/approvals/${id}`)
    expect(operator.status).toBe(404)
    await decide(id, digest, 'reviewer', 'reject')
  })
})

describe('the trail', () => {
  test('an agent reads its own records, a reviewer and an operator none', async () => {
    const { status, text } = await send(own.sessionToken, 'GET', '/v1/audit/records')
    expect(status).toBe(200)
    const sessions = new Set(text.match(/"snowfence\.session\.id"[^}]*?"stringValue":"([^"]+)"/g))
    expect([...sessions].every((found) => found.includes(own.sessionId))).toBe(true)
    for (const as of ['agent', 'reviewer', 'operator'] as const)
      expect((await send(await clinic.stack.identityToken(as), 'GET', '/v1/audit/records')).status, as).toBe(
        403,
      )
  })

  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } })
  const spanRequest = (
    attributes: readonly object[],
    service = 'snowfence',
    name = 'statement.authorize',
  ) => ({
    resourceSpans: [
      {
        resource: { attributes: [attribute('service.name', service)] },
        scopeSpans: [
          {
            spans: [
              {
                traceId: '0af7651916cd43dd8448eb211c80319c',
                spanId: 'b7ad6b7169203331',
                name,
                kind: 1,
                startTimeUnixNano: '1',
                endTimeUnixNano: '2',
                attributes,
              },
            ],
          },
        ],
      },
    ],
  })

  test.each([
    ['of no session', () => spanRequest([])],
    ['of another session', () => spanRequest([attribute('snowfence.session.id', ended.sessionId)])],
    [
      'of the broker',
      () => spanRequest([attribute('snowfence.session.id', own.sessionId)], 'snowfence-broker'),
    ],
    [
      'with an approval that was not given',
      () =>
        spanRequest(
          [
            attribute('snowfence.session.id', own.sessionId),
            attribute('snowfence.approval.state', 'approved'),
          ],
          'snowfence-broker',
          'approval.approved',
        ),
    ],
    [
      'of another person',
      () =>
        spanRequest([
          attribute('snowfence.session.id', own.sessionId),
          attribute('user.id', 'privacy-officer'),
        ]),
    ],
    [
      'with a row',
      () => spanRequest([attribute('snowfence.session.id', own.sessionId), attribute('row', '900-12-3456')]),
    ],
    [
      'with SQL and its literals',
      () =>
        spanRequest([
          attribute('snowfence.session.id', own.sessionId),
          attribute('db.query.text', "select 1 where x = '900-12-3456'"),
        ]),
    ],
    [
      'of the prototype',
      () => spanRequest([attribute('snowfence.session.id', own.sessionId), attribute('__proto__', 'x')]),
    ],
  ])('spans %s are refused', async (_about, make) => {
    const answer = await send(own.sessionToken, 'POST', '/v1/traces', make())
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(answer.text).not.toContain('900-12-3456')
  })

  test('what was refused is not in the trail, and nothing in it identifies anybody', async () => {
    const { text, status } = await send(
      await clinic.stack.identityToken('auditor'),
      'GET',
      '/v1/audit/records',
    )
    expect(status).toBe(200)
    expect(text).not.toContain('0af7651916cd43dd8448eb211c80319c')
    expect(text.match(identifyingPattern())).toBeNull()
    for (const secret of [own.sessionToken, own.lease.token, own.tokenKey, identityToken])
      expect(text).not.toContain(secret)
  })
})

describe('requests of unusual form', () => {
  test.each([
    ['a body that is too large', 'POST', '/v1/sessions', `{"purpose":"${'x'.repeat(2_000_000)}"}`],
    ['a body that is no JSON', 'POST', '/v1/sessions', '{"purpose":'],
    ['a body that is a list', 'POST', '/v1/sessions', '[]'],
    ['a deep body', 'POST', '/v1/sessions', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['spans that are a list', 'POST', '/v1/traces', '[]'],
    ['a path that goes up', 'GET', '/v1/audit/..%2f..%2fetc%2fpasswd', undefined],
    ['an id that is no id', 'POST', '/v1/approvals/__proto__/claim', '{"digest":"x"}'],
    ['an id with SQL', 'GET', "/v1/approvals/1'%20or%20'1'='1", undefined],
    [
      'a wait that is no number',
      'GET',
      '/v1/approvals/00000000-0000-4000-8000-000000000000?wait=Infinity',
      undefined,
    ],
    ['a filter that is repeated', 'GET', '/v1/approvals?state=pending&state=approved', undefined],
    ['a filter with an unknown member', 'GET', '/v1/approvals?subject=x', undefined],
    ['records before the first', 'GET', '/v1/audit/records?after=-99', undefined],
    ['a proof of a huge tree', 'GET', '/v1/audit/proof/inclusion?index=0&size=9007199254740993', undefined],
  ])('%s is answered with a fault of the request', async (_about, method, path, body) => {
    const bearer = path === '/v1/sessions' ? identityToken : own.sessionToken
    const answer = await send(bearer, method, path, body)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(answer.text).not.toMatch(/at .*\.ts:|node_modules|sqlite|postgres|select /i)
    expect((await send(null, 'GET', '/healthz')).status).toBe(200)
  })
})
