import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { isSnowfenceError } from '@snowfence/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalSnowflake, type LocalSnowflake } from '../index.ts'
import { connect, disconnect, failureOf, rowsOf } from '../testing/driver.ts'

let local: LocalSnowflake

beforeAll(async () => {
  local = await createLocalSnowflake({ patients: 5, sessionSeconds: 1, masterSeconds: 3 })
})
afterAll(() => local.close())

const logIn = () =>
  connect({
    account: local.account,
    accessUrl: local.url,
    username: local.administrator.username,
    password: local.administrator.password,
  })

const post = async (path: string, body: unknown, token?: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${local.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token ? { authorization: `Snowflake Token="${token}"` } : {}),
      ...headers,
    },
    body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body),
  })
  return (await answer.json()) as {
    code: string | null
    success: boolean
    data: Record<string, unknown> | null
  }
}

const openSession = async () => {
  const { username, password } = local.administrator
  const data = { ACCOUNT_NAME: local.account, LOGIN_NAME: username, PASSWORD: password }
  const { data: session } = await post('/session/v1/login-request', { data })
  return { token: String(session?.token), masterToken: String(session?.masterToken) }
}

const query = (token: string, sqlText = 'select 1', headers = {}) =>
  post(`/queries/v1/query-request?requestId=${randomUUID()}`, { sqlText }, token, headers)

describe('a session token', () => {
  test('is renewed by the driver when it has expired, and the statement runs', async () => {
    const connection = await logIn()
    await delay(1100)
    expect(await rowsOf(connection, 'select 7')).toEqual([[7]])
    await disconnect(connection)
  })

  test('that was renewed is worthless', async () => {
    const { token, masterToken } = await openSession()
    const renewal = { requestType: 'RENEW', oldSessionToken: token }
    const { data } = await post('/session/token-request', renewal, masterToken)
    expect(await query(token)).toMatchObject({ success: false, code: '390104' })
    expect(await query(String(data?.sessionToken))).toMatchObject({ success: true })
  })

  test('cannot be renewed with itself or with another token', async () => {
    const { token, masterToken } = await openSession()
    const other = await openSession()
    const renewal = { requestType: 'RENEW', oldSessionToken: token }
    expect(await post('/session/token-request', renewal, token)).toMatchObject({ code: '390104' })
    expect(await post('/session/token-request', renewal, other.masterToken)).toMatchObject({ code: '390104' })
    expect(await post('/session/token-request', renewal, masterToken)).toMatchObject({ success: true })
  })

  test('ends for good with its master token', async () => {
    const connection = await logIn()
    await delay(3100)
    expect(await failureOf(rowsOf(connection, 'select 1'))).toMatchObject({ code: '407002' })
  })

  test('is worthless after the log-out', async () => {
    const { token, masterToken } = await openSession()
    expect(await post('/session?delete=true', null, token)).toMatchObject({ success: true })
    expect(await query(token)).toMatchObject({ code: '390111' })
    const renewal = { requestType: 'RENEW', oldSessionToken: token }
    expect(await post('/session/token-request', renewal, masterToken)).toMatchObject({ code: '390111' })
  })

  test.each([
    ['POST', '/session/heartbeat'],
    ['POST', '/queries/v1/query-request'],
    ['POST', '/queries/v1/abort-request'],
    ['POST', `/queries/${randomUUID()}/abort-request`],
    ['POST', '/session?delete=true'],
    ['GET', `/queries/${randomUUID()}/result`],
    ['GET', `/monitoring/queries/${randomUUID()}`],
  ])('is asked for by %s %s', async (method, path) => {
    for (const authorization of ['', 'Snowflake Token="guess"', 'Bearer guess']) {
      const headers = authorization ? { authorization } : undefined
      const answer = await fetch(`${local.url}${path}`, { method, ...(headers ? { headers } : {}) })
      expect(await answer.json()).toMatchObject({
        success: false,
        code: '390104',
        data: { sqlState: '08001' },
      })
    }
  })
})

describe('a request', () => {
  test('may have a path with double slashes and a gzipped body', async () => {
    const { token } = await openSession()
    const body = gzipSync(JSON.stringify({ sqlText: "select 'zip' as w" }))
    const path = `//queries//v1/query-request?requestId=${randomUUID()}`
    const { data } = await post(path, body, token, { 'content-encoding': 'gzip' })
    expect(data?.rowset).toEqual([['zip']])
  })

  test('that is not of the protocol is answered, with a code and an SQLSTATE', async () => {
    const { token } = await openSession()
    const broken = await post('/queries/v1/query-request', Buffer.from('{"sqlText": '), token)
    expect(broken).toMatchObject({ success: false, code: '000001', data: { sqlState: '22000' } })
    const wrong = await post('/queries/v1/query-request', { sqlText: 7 }, token)
    expect(wrong).toMatchObject({ success: false, code: '000001' })
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024))
    expect(
      await post('/queries/v1/query-request', bomb, token, { 'content-encoding': 'gzip' }),
    ).toMatchObject({
      code: '000001',
    })
  })

  test('is answered with the parameters of its session every time', async () => {
    const { token } = await openSession()
    const { data } = await query(token)
    const names = (data as { parameters: { name: string }[] }).parameters.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['TIMEZONE', 'BINARY_OUTPUT_FORMAT', 'DATE_OUTPUT_FORMAT']))
  })
})

describe('the server', () => {
  test('says when its port is in use', async () => {
    const port = Number(new URL(local.url).port)
    const error = await createLocalSnowflake({ port, patients: 0 }).catch((reason: unknown) => reason)
    expect(isSnowfenceError(error, 'ERR_LOCAL_PORT_IN_USE')).toBe(true)
  })

  test('ends running statements and sessions when it closes', async () => {
    const other = await createLocalSnowflake({ patients: 0 })
    const connection = await connect({
      account: other.account,
      accessUrl: other.url,
      username: other.administrator.username,
      password: other.administrator.password,
    })
    const running = failureOf(rowsOf(connection, 'select system$wait(60)'))
    while (!other.queryHistory().some(({ status }) => status === 'RUNNING')) await delay(5)
    await other.close()
    expect(other.queryHistory().at(-1)).toMatchObject({ status: 'ABORTED', errorCode: '000604' })
    expect(await running).toMatchObject({ code: '000604' })
  })
})
