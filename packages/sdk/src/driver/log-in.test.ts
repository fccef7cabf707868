import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { logIn } from './log-in.ts'

const servers: { close(): unknown }[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

const login = {
  data: {
    token: 'session',
    masterToken: 'master',
    validityInSeconds: 3600,
    masterValidityInSeconds: 14_400,
    sessionId: 1,
    parameters: [],
    sessionInfo: {},
  },
  success: true,
}

/** A server that answers logins with these statuses, the last of them again and again. 200 lets in, 401 refuses. */
const serve = async (...statuses: number[]) => {
  let asked = 0
  const server: Server = createServer((request, response) => {
    request.resume()
    const isLogin = request.url?.includes('login-request') === true
    const status = isLogin ? (statuses[Math.min(asked, statuses.length - 1)] ?? 200) : 200
    if (isLogin) asked += 1
    const refused = { success: false, code: '390303', message: 'Invalid OAuth access token.', data: {} }
    const body = status === 401 ? refused : isLogin ? login : { success: true, data: null }
    response.writeHead(status === 401 ? 200 : status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  })
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    accessUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
  }
}

const open = (options: Readonly<Record<string, unknown>>) =>
  logIn({ account: 'acme-clinic', username: 'U', authenticator: 'OAUTH', token: 'lease', ...options })

const failureOf = async (options: Readonly<Record<string, unknown>>) =>
  await open(options).then(
    () => {
      throw new Error('the login succeeded')
    },
    (error: unknown) => error,
  )

const unreachable = { snowfenceCode: 'ERR_WAREHOUSE_UNREACHABLE', sqlState: '08001' }

test('a login at which nobody listens ends with an error that says where and what to do', async () => {
  expect(await failureOf({ accessUrl: 'http://127.0.0.1:1' })).toMatchObject({
    ...unreachable,
    code: 401001,
    message: expect.stringContaining('127.0.0.1:1 (ECONNREFUSED)'),
    hint: expect.stringContaining('`accessUrl`'),
  })
})

test('an account that has no address ends with one too', async () => {
  expect(await failureOf({ account: 'no-such-account.invalid' })).toMatchObject({
    ...unreachable,
    message: expect.stringContaining('no-such-account.invalid.snowflakecomputing.com'),
    hint: expect.stringContaining('`account`'),
  })
})

test.each([403, 404])('an address at which something else answers is asked once: HTTP %i', async (status) => {
  const { accessUrl, asked } = await serve(status)
  expect(await failureOf({ accessUrl })).toMatchObject({
    ...unreachable,
    code: 401002,
    message: expect.stringContaining(`HTTP ${status}`),
  })
  expect(asked()).toBe(1)
})

test('an address of plain HTTP that is asked for TLS says so', async () => {
  const { accessUrl } = await serve(200)
  expect(await failureOf({ accessUrl: accessUrl.replace('http:', 'https:') })).toMatchObject({
    ...unreachable,
    hint: expect.stringContaining('certificate'),
  })
})

test.each([503, 429, 408])('a login is tried again where Snowflake is busy: HTTP %i', async (status) => {
  const { accessUrl, asked } = await serve(status, status, 200)
  const connection = await open({ accessUrl })
  expect(connection.isUp()).toBe(true)
  expect(asked()).toBe(3)
})

test('as often as the program says', async () => {
  const { accessUrl, asked } = await serve(503)
  expect(await failureOf({ accessUrl, sfRetryMaxLoginRetries: 1 })).toMatchObject(unreachable)
  expect(asked()).toBe(2)
})

test('a login that Snowflake refuses is not tried again, and its error is the driver’s', async () => {
  const { accessUrl, asked } = await serve(401)
  expect(await failureOf({ accessUrl })).toMatchObject({ name: 'OperationFailedError', code: '390303' })
  expect(asked()).toBe(1)
})

test('a server that takes the connection and never answers ends the login', async () => {
  const server = createTcpServer(() => {})
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const accessUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  expect(await failureOf({ accessUrl, timeout: 6_000 })).toMatchObject(unreachable)
}, 60_000)
