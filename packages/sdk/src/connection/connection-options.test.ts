import { expect, test } from 'vitest'
import { identity } from '../identity/identity.ts'
import { receiveConnectionOptions } from './connection-options.ts'

const good = {
  account: 'acme-clinic',
  broker: 'https://broker.example',
  identity: identity.fromEnv('TOKEN'),
  purpose: 'TREAT',
  agent: { id: 'agent' },
}

const receive = (extra: Record<string, unknown>) => receiveConnectionOptions({ ...good, ...extra } as never)
const refused = expect.objectContaining({ code: 'ERR_OPTION_REFUSED' })

test.each([
  'password',
  'passcode',
  'token',
  'tokenFilePath',
  'privateKey',
  'privateKeyPath',
  'privateKeyPass',
  'authenticator',
  'sessionToken',
  'masterToken',
  'sessionTokenExpirationTime',
  'oauthClientSecret',
  'workloadIdentityProvider',
  'clientStoreTemporaryCredential',
  'disableOCSPChecks',
  'clientConfigFile',
  'agentClass',
  'serverSessionKeepAlive',
  'someOptionOfTheFuture',
])('%s is refused', (name) => {
  expect(() => receive({ [name]: 'value' })).toThrowError(refused)
  expect(() => receive({ [name]: 'value' })).toThrowError(expect.not.stringContaining('value'))
})

test.each([
  ['accessUrl', 'http://acme-clinic.snowflakecomputing.com'],
  ['accessUrl', 'http://127.0.0.1.attacker.example'],
  ['broker', 'http://broker.example'],
  ['broker', 'http://localhost.attacker.example'],
])('plain http beyond loopback is refused: %s %s', (name, value) => {
  expect(() => receive({ [name]: value })).toThrowError(refused)
})

test('plain http on loopback passes', () => {
  expect(receive({ accessUrl: 'http://127.0.0.1:8080', broker: 'http://localhost:8443' }).broker?.port).toBe(
    '8443',
  )
})

test('the options are copied: a later change of the object of the caller changes nothing, and it is not changed', () => {
  const options = { ...good, warehouse: 'AGENTS' }
  const before = { ...options }
  const received = receiveConnectionOptions(options)
  options.warehouse = 'OTHER'
  expect(received.driver.warehouse).toBe('AGENTS')
  expect({ ...options, warehouse: 'AGENTS' }).toEqual(before)
})

test.each([
  ['purpose', ''],
  ['purpose', undefined],
  ['agent', {}],
  ['agent', undefined],
  ['identity', undefined],
  ['broker', 'not an address'],
])('a missing or wrong %s is a TypeError', (name, value) => {
  expect(() => receive({ [name]: value })).toThrowError(TypeError)
})

test('a broker and hand-filled ports exclude each other', () => {
  expect(() => receive({ governance: { open: async () => {} } })).toThrowError(TypeError)
  expect(() => receive({ broker: undefined })).toThrowError(TypeError)
})

test('identifiers in what a program declares about itself are replaced before anything is sent', () => {
  const task = 'chart of patient: Zebulon Quackenbush, SSN 219-09-9999'
  const { agent, purpose } = receive({ agent: { id: 'readmissions-bot', task } })
  expect(agent.id).toBe('readmissions-bot')
  expect(agent.task).toMatch(/^chart of patient: .*\[/)
  expect(agent.task).not.toMatch(/Zebulon|Quackenbush|219-09-9999/)
  expect(purpose).toBe('TREAT')
})
