// vitest leaves packages to Node, in processes and threads of its own.
import http from 'node:http'
import snowflake from 'snowflake-sdk'
import { expect, test } from 'vitest'

test('the driver is the governed one', () => {
  expect(() => snowflake.serializeConnection({})).toThrow('ERR_MEMBER_REFUSED')
})

test('a login without the driver', () => {
  const login = () => http.request(`${process.env.LOCAL_URL}/session/v1/login-request`, { method: 'POST' })
  expect(login).toThrow('did not come from a governed connection')
})
