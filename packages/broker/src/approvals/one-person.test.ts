import type { Approval, Session } from '@snowfence/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clinicPolicy, noteStatement } from '../test-support/clinic.ts'
import { type SigningIssuer, startSigningIssuer } from '../test-support/start-signing-issuer.ts'
import {
  AUDIENCE,
  digestFor,
  startTestBroker,
  statementOf,
  type TestBroker,
} from '../test-support/start-test-broker.ts'

interface Failure {
  readonly error: { readonly code: string; readonly details?: { readonly reason?: string } }
}

/** Two issuers that know the same people: one that maps them by a claim, and one that does not. */
const setUp = async (quorum: number, mapped: boolean) => {
  const first = await startSigningIssuer(AUDIENCE)
  const second = await startSigningIssuer(AUDIENCE)
  const personClaim = mapped ? { personClaim: 'employee' } : {}
  const test = await startTestBroker({
    policy: clinicPolicy.replaceAll('quorum: 1', `quorum: ${quorum}`),
    config: {
      issuers: [first, second].map(({ url }) => ({ issuer: url, audience: AUDIENCE, ...personClaim })),
    },
  })
  return { first, second, test }
}

type Parts = Awaited<ReturnType<typeof setUp>>

const groups = ['clinic-agents', 'privacy-office', 'broker-operators', 'auditors']

const ask = async (test: TestBroker, issuer: SigningIssuer, claims: object): Promise<[Session, Approval]> => {
  const { body: session } = await test.send<Session>(
    'POST',
    '/v1/sessions',
    await issuer.token({ groups, ...claims }),
    {
      purpose: 'HOPERAT',
      agent: { id: 'bot' },
      client: { name: 'test', version: '0' },
      snowflake: { account: 'acme-clinic' },
    },
  )
  const statement = statementOf(noteStatement)
  const { body: approval } = await test.ask(session, statement, { digest: digestFor(session, statement) })
  expect(approval.state).toBe('pending')
  return [session, approval]
}

const decide = async (test: TestBroker, issuer: SigningIssuer, approval: Approval, claims: object) =>
  test.send<Approval & Failure>(
    'POST',
    `/v1/approvals/${approval.id}/decision`,
    await issuer.token({ groups, ...claims }),
    { decision: 'approve', seenDigest: approval.digest },
  )

const close = async ({ first, second, test }: Parts): Promise<void> => {
  await test.close()
  await first.close()
  await second.close()
}

describe('a person at two issuers', () => {
  let parts: Parts
  beforeAll(async () => {
    parts = await setUp(1, false)
  })
  afterAll(() => close(parts))

  it.each([
    ['a token of the other issuer with the same subject', { sub: 'alice' }],
    ['a subject in other letters', { sub: 'ALICE' }],
    ['a token of somebody on whose behalf they act', { sub: 'bob', act: { sub: 'alice' } }],
    ['an actor behind an actor', { sub: 'bob', act: { sub: 'console', act: { sub: 'alice' } } }],
  ])('does not approve their own request with %s', async (_name, claims) => {
    const { test, first, second } = parts
    const [, approval] = await ask(test, first, { sub: 'alice' })
    const { status, body } = await decide(test, second, approval, claims)
    expect([status, body.error?.code, body.error?.details?.reason]).toEqual([
      403,
      'ERR_APPROVAL_NOT_ELIGIBLE',
      'is-requester',
    ])
    const own = await test.send<Approval & Failure>(
      'GET',
      `/v1/approvals/${approval.id}`,
      await second.token({ groups, ...claims }),
    )
    expect(own.body.statement ?? null).toBeNull()
  })

  it('does not approve what an agent asks for that acts with their name', async () => {
    const { test, first, second } = parts
    const [, approval] = await ask(test, first, { sub: 'bot', act: { sub: 'alice' } })
    expect((await decide(test, second, approval, { sub: 'alice' })).body.error.details?.reason).toBe(
      'is-requester',
    )
    expect((await decide(test, second, approval, { sub: 'carol' })).body.state).toBe('approved')
  })

  it('does not approve in one session what another session of the same agent claims with their name', async () => {
    const { test, first, second } = parts
    const [, approval] = await ask(test, first, { sub: 'bot' })
    expect((await decide(test, second, approval, { sub: 'alice' })).body.state).toBe('approved')
    const { body: sponsored } = await test.send<Session>(
      'POST',
      '/v1/sessions',
      await first.token({ groups, sub: 'bot', act: { sub: 'alice' } }),
      {
        purpose: 'HOPERAT',
        agent: { id: 'bot' },
        client: { name: 'test', version: '0' },
        snowflake: { account: 'acme-clinic' },
      },
    )
    const claim = await test.send<Failure>(
      'POST',
      `/v1/approvals/${approval.id}/claim`,
      sponsored.sessionToken,
      {
        digest: approval.digest,
      },
    )
    expect(claim.body.error.code).toBe('ERR_APPROVAL_NOT_ELIGIBLE')
  })

  it.each([{ act: 'alice' }, { act: { sub: 7 } }, { act: { sub: '' } }, { act: [] }, { act: null }])(
    'is not named by a claim that cannot be read: %j',
    async (claims) => {
      const { test, first } = parts
      const answer = await test.send<Failure>(
        'GET',
        '/v1/approvals',
        await first.token({ sub: 'bob', groups, ...claims }),
      )
      expect(answer.body.error.code).toBe('ERR_IDENTITY_TOKEN_INVALID')
    },
  )
})

describe('a quorum of two', () => {
  let parts: Parts
  beforeAll(async () => {
    parts = await setUp(2, true)
  })
  afterAll(() => close(parts))

  it('is not one person with two tokens', async () => {
    const { test, first, second } = parts
    const [, approval] = await ask(test, first, { sub: 'bot', employee: 'bot' })
    const { body } = await decide(test, first, approval, { sub: 'a-1', employee: 'E-17' })
    expect(body.state).toBe('pending')
    const again = await decide(test, second, approval, { sub: 'b-2', employee: 'e-17' })
    expect(again.body.error.code).toBe('ERR_APPROVAL_STATE')
    const moved = await decide(test, first, approval, { sub: 'a-1', employee: 'E-18' })
    expect(moved.body.error.code).toBe('ERR_APPROVAL_STATE')
    expect((await decide(test, second, approval, { sub: 'b-3', employee: 'E-19' })).body.state).toBe(
      'approved',
    )
  })

  it('does not count the requester under another subject', async () => {
    const { test, first, second } = parts
    const [, approval] = await ask(test, first, { sub: 'a-1', employee: 'E-17' })
    const answer = await decide(test, second, approval, { sub: 'b-2', employee: ' E-17' })
    expect(answer.body.error.details?.reason).toBe('is-requester')
  })

  it('counts two people whose subjects are alike at two issuers', async () => {
    const { test, first, second } = parts
    const [, approval] = await ask(test, first, { sub: 'bot', employee: 'bot' })
    await decide(test, first, approval, { sub: '1001', employee: 'E-1' })
    expect((await decide(test, second, approval, { sub: '1001', employee: 'E-2' })).body.state).toBe(
      'approved',
    )
  })

  it('counts nobody who was revoked since, and is reached by somebody else', async () => {
    const { test, first } = parts
    const [session, approval] = await ask(test, first, { sub: 'bot', employee: 'bot' })
    await decide(test, first, approval, { sub: 'thief', employee: 'E-66' })
    const revoked = await test.send(
      'POST',
      '/v1/principals/revoke',
      await first.token({ sub: 'operator', employee: 'E-99', groups }),
      { issuer: first.url, subject: 'thief', person: 'E-66', reason: 'a stolen token' },
    )
    expect(revoked.status).toBe(200)
    expect((await decide(test, first, approval, { sub: 'a-1', employee: 'E-17' })).body.state).toBe('pending')
    expect((await decide(test, first, approval, { sub: 'b-3', employee: 'E-19' })).body.state).toBe(
      'approved',
    )
    const claim = await test.send('POST', `/v1/approvals/${approval.id}/claim`, session.sessionToken, {
      digest: approval.digest,
    })
    expect(claim.status).toBe(200)
  })

  it.each([
    {},
    { employee: '' },
    { employee: 7 },
    { employee: ['E-1'] },
    { employee: 'E-\u202e1' },
    { employee: '\u200d' },
  ])('takes nobody whose token does not say who they are: %j', async (claims) => {
    const { test, first } = parts
    const answer = await test.send<Failure>(
      'GET',
      '/v1/approvals',
      await first.token({ sub: 'a-1', groups, ...claims }),
    )
    expect(answer.body.error.code).toBe('ERR_IDENTITY_TOKEN_INVALID')
  })
})
