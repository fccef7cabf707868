import { expect, test } from 'vitest'
import { isSnowflakeRequest, type OutgoingRequest } from './snowflake-request.ts'

const hosts = { accounts: new Set(['warehouse.internal']), others: new Set(['127.0.0.1:8080']) }

test.each<[string, OutgoingRequest]>([
  ['any path of an account', { host: 'acme.snowflakecomputing.com', target: '/' }],
  ['an account by private link', { host: 'acme.us-east-1.privatelink.snowflakecomputing.com' }],
  ['upper case and a dot at the end', { host: 'ACME.SnowflakeComputing.CN.' }],
  ['the host header alone', { host: '10.0.0.1', authority: 'acme.snowflakecomputing.com:443' }],
  ['a tunnel', { host: 'proxy', target: 'acme.snowflakecomputing.com:443' }],
  ['an absolute address', { host: 'proxy', target: 'https://acme.snowflakecomputing.com:443/session' }],
  ['an address with a user', { host: 'proxy', target: 'http://me:me@acme.snowflakecomputing.com/' }],
  ['a login anywhere', { authority: '127.0.0.1:8081', target: '/session/v1/login-request?requestId=1' }],
  ['a login below a prefix', { authority: 'gateway', target: '/gw//session/v1/login-request' }],
  ['a login with coded letters', { authority: 'gateway', target: '/session/v1/login%2Drequest' }],
  ['a query anywhere', { authority: 'gateway', target: '/queries/v1/query-request' }],
  ['the renewal of a token', { authority: 'gateway', target: '/session/token-request' }],
  ['a login by browser', { authority: 'gateway', target: '/session/authenticator-request' }],
  ['a token of a session', { authority: 'gateway', target: '/x', authorization: 'Snowflake Token="abc"' }],
  [
    'a token at a host that was named',
    { authority: '127.0.0.1:8080', authorization: 'snowflake token="abc"' },
  ],
  ['a token of the SQL API', { authority: 'gateway', tokenType: 'KEYPAIR_JWT' }],
  [
    'the SQL API of an account by another name',
    { authority: 'warehouse.internal:443', target: '/api/v2/statements' },
  ],
  [
    'OAuth of an account by another name',
    { authority: 'Warehouse.internal', target: '/oauth/token-request' },
  ],
])('to Snowflake: %s', (_name, request) => {
  expect(isSnowflakeRequest(request, hosts)).toBe(true)
})

test.each<[string, OutgoingRequest]>([
  ['a name that only contains it', { host: 'snowflakecomputing.com.example.org', target: '/' }],
  ['a name that only ends like it', { host: 'notsnowflakecomputing.com', target: '/' }],
  ['a service in a container', { host: 'x-acme.snowflakecomputing.app', target: '/' }],
  ['the SQL API of somebody else', { authority: 'api.example.org', target: '/api/v2/statements' }],
  ['OAuth of somebody else', { authority: 'idp.example.org', target: '/oauth/token-request' }],
  ['a session of somebody else', { authority: 'app.example.org', target: '/session' }],
  ['another page of an account by another name', { authority: 'warehouse.internal', target: '/status' }],
  ['a login in a query', { authority: 'app.example.org', target: '/?next=/session/v1/login-request' }],
  ['a page about logins', { authority: 'app.example.org', target: '/session/v1/login-request/help' }],
  ['a login at a host that was named', { authority: '127.0.0.1:8080', target: '/session/v1/login-request' }],
  ['another token', { authority: 'app.example.org', authorization: 'Bearer Snowflake Token=' }],
])('to somebody else: %s', (_name, request) => {
  expect(isSnowflakeRequest(request, hosts)).toBe(false)
})
