import { generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalSnowflake, type LocalSnowflake } from '../index.ts'
import { connect, disconnect, execute, failureOf, rowsOf } from '../testing/driver.ts'
import { createTokenIssuer, type TokenIssuer, testAudience } from '../testing/token-issuer.ts'

let issuer: TokenIssuer
let local: LocalSnowflake

beforeAll(async () => {
  issuer = await createTokenIssuer()
  local = await createLocalSnowflake({
    patients: 10,
    oauth: { issuer: issuer.issuer, audience: testAudience, jwksUri: issuer.jwksUri },
  })
})
afterAll(async () => {
  await local.close()
  await issuer.close()
})

const options = (token: string, more: object = {}) => ({
  account: local.account,
  accessUrl: local.url,
  authenticator: 'OAUTH',
  token,
  sfRetryMaxLoginRetries: 0,
  ...more,
})
const seconds = () => Math.floor(Date.now() / 1000)

describe('log-in with an External OAuth token', () => {
  test('opens a session in the role of the token', async () => {
    const connection = await connect(options(await issuer.issue('CLINIC_READER')))
    expect(
      await rowsOf(
        connection,
        'select current_user(), current_role(), current_database(), current_schema(), current_warehouse()',
      ),
    ).toEqual([['CLINIC_AGENT', 'CLINIC_READER', 'CLINIC', 'PUBLIC', 'AGENTS']])
    await disconnect(connection)
  })

  test('finds the role of the token when it is not the default role', async () => {
    const connection = await connect(
      options(await issuer.issue('CLINIC_NOTES_READER'), { role: 'CLINIC_NOTES_READER' }),
    )
    expect(await rowsOf(connection, 'select current_role()')).toEqual([['CLINIC_NOTES_READER']])
    await disconnect(connection)
  })

  test('is for one role only: USE ROLE and secondary roles are refused', async () => {
    const connection = await connect(options(await issuer.issue('CLINIC_READER')))
    expect(await failureOf(execute(connection, 'use role clinic_notes_reader'))).toMatchObject({
      sqlState: '42501',
    })
    expect(await failureOf(execute(connection, 'use secondary roles all'))).toMatchObject({
      sqlState: '42501',
    })
    expect(await rowsOf(connection, 'select current_role()')).toEqual([['CLINIC_READER']])
    await disconnect(connection)
  })

  test.each([
    ['another issuer', { iss: 'https://elsewhere.example' }, '390303'],
    ['another audience', { aud: 'https://other.snowflakecomputing.com' }, '390303'],
    ['no expiry', { exp: undefined }, '390303'],
    ['no time of issue', { iat: undefined }, '390303'],
    ['an issue in the future', { iat: seconds() + 600 }, '390303'],
    ['no scope', { scp: undefined }, '390303'],
    ['a scope that is no role', { scp: ['openid'] }, '390303'],
    ['no subject', { sub: undefined }, '390303'],
    ['an expiry in the past', { exp: seconds() - 60 }, '390318'],
    ['a subject that is no user', { sub: 'NOBODY' }, '390100'],
  ])('refuses a token with %s', async (_, claims, code) => {
    const token = await issuer.issue('CLINIC_READER', claims)
    expect(await failureOf(connect(options(token)))).toMatchObject({ code })
  })

  test('refuses a token signed with another key', async () => {
    const { privateKey } = await generateKeyPair('ES256')
    const token = await new SignJWT({ scp: ['session:role:CLINIC_READER'] })
      .setProtectedHeader({ alg: 'ES256', kid: 'test' })
      .setIssuer(issuer.issuer)
      .setAudience(testAudience)
      .setSubject('CLINIC_AGENT')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)
    expect(await failureOf(connect(options(token)))).toMatchObject({ code: '390303' })
  })

  test('refuses an unsigned token and one signed with a shared secret', async () => {
    const claims = {
      iss: issuer.issuer,
      aud: testAudience,
      sub: 'CLINIC_AGENT',
      iat: seconds(),
      exp: seconds() + 300,
      scp: ['session:role:ACCOUNTADMIN'],
    }
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const unsigned = `${part({ alg: 'none' })}.${part(claims)}.`
    const shared = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .sign(Buffer.from('x'.repeat(32)))
    expect(await failureOf(connect(options(unsigned)))).toMatchObject({ code: '390303' })
    expect(await failureOf(connect(options(shared)))).toMatchObject({ code: '390303' })
  })

  test('refuses a role that the token does not list', async () => {
    const token = await issuer.issue('CLINIC_READER')
    expect(await failureOf(connect(options(token, { role: 'CLINIC_NOTES_READER' })))).toMatchObject({
      code: '390317',
    })
  })

  test('refuses a role that the token lists but the user does not have', async () => {
    const token = await issuer.issue('ACCOUNTADMIN')
    expect(await failureOf(connect(options(token, { role: 'ACCOUNTADMIN' })))).toMatchObject({
      code: '390317',
    })
  })

  test('refuses a user name that is not the subject', async () => {
    const token = await issuer.issue('CLINIC_READER')
    expect(
      await failureOf(connect(options(token, { username: local.administrator.username }))),
    ).toMatchObject({ code: '390309' })
  })

  test('never shows the token in an error', async () => {
    const token = await issuer.issue('CLINIC_READER', { aud: 'elsewhere' })
    const { message } = await failureOf(connect(options(token)))
    expect(message).not.toContain(token.split('.')[2])
  })
})

describe('log-in with a password', () => {
  test('opens a session for the administrator', async () => {
    const { username, password } = local.administrator
    const connection = await connect({
      account: local.account,
      accessUrl: `${local.url}`,
      username,
      password,
    })
    expect(await rowsOf(connection, 'select current_role()')).toEqual([['ACCOUNTADMIN']])
    await disconnect(connection)
  })

  test.each([
    ['a wrong password', 'ADMIN', 'wrong'],
    ['an unknown user', 'NOBODY', 'local-administrator'],
    ['a user who has no password', 'CLINIC_AGENT', ''],
  ])('is refused for %s', async (_, username, password) => {
    const options = {
      account: local.account,
      accessUrl: local.url,
      username,
      password: password || ' ',
      sfRetryMaxLoginRetries: 0,
    }
    expect(await failureOf(connect(options))).toMatchObject({ code: '390100' })
  })

  test('is refused for another account', async () => {
    const { username, password } = local.administrator
    const options = { account: 'other', accessUrl: local.url, username, password, sfRetryMaxLoginRetries: 0 }
    expect(await failureOf(connect(options))).toMatchObject({ code: '390201' })
  })
})
