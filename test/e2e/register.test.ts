import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { pathToFileURL } from 'node:url'
import { identifyingPattern } from '@snowfence/local'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ClinicStack, startClinicStack } from './clinic-stack.ts'
import { createPrivateAuthority } from './private-authority.ts'

let clinic: ClinicStack
let directory: string

// Each program starts a process of its own.
vi.setConfig({ testTimeout: 90_000 })

beforeAll(async () => {
  clinic = await startClinicStack()
  directory = await mkdtemp(join(tmpdir(), 'snowfence-'))
  await writeFile(join(directory, 'token'), await clinic.stack.identityToken('agent', { ttlSeconds: 3600 }))
})
afterAll(async () => {
  await clinic.close()
  await rm(directory, { recursive: true })
})

const registered = new URL('../../packages/sdk/src/register/register.ts', import.meta.url).href

/** Passes on what each of two connections sends to the other. */
const joinSockets = (one: Socket, other: Socket): void => {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy())
    from.pipe(to)
  }
}

const listen = async (server: Server) => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}

const programPath = (program: string): string => new URL(`programs/${program}`, import.meta.url).pathname

const start = async (
  command: string,
  args: readonly string[],
  variables: Record<string, string | undefined> = {},
) => {
  const child = spawn(command, args, {
    env: {
      ...process.env,
      SNOWFLAKE_ACCOUNT: clinic.stack.warehouse.account,
      SNOWFLAKE_ACCESS_URL: clinic.stack.warehouse.url,
      SNOWFENCE_BROKER: clinic.stack.broker.url,
      SNOWFENCE_IDENTITY_TOKEN_FILE: join(directory, 'token'),
      SNOWFENCE_PURPOSE: 'HOPERAT',
      SNOWFENCE_AGENT_ID: 'readmissions-bot',
      PROGRAM_SQL: 'select PATIENT_ID, SSN, LAST_NAME from PATIENTS order by PATIENT_ID limit 2',
      ...variables,
    },
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (text) => {
    output += String(text)
  })
  child.stderr.on('data', (text) => {
    errors += String(text)
  })
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { exitCode, output, errors }
}

const run = async (
  program: string,
  variables: Record<string, string | undefined> = {},
  flags: readonly string[] = [],
) =>
  await start(
    // Another version of Node is tried with this variable.
    process.env.NODE_UNDER_TEST ?? process.execPath,
    ['--conditions=snowfence-source', ...flags, '--import', registered, programPath(program)],
    variables,
  )

test.each([
  'esm-default.mjs',
  'esm-named.mjs',
  'commonjs.cjs',
  'forgets-destroy.cjs',
  'promise-library.mjs',
  'object-mapper.cjs',
])('%s is governed without a change to its code', async (program) => {
  const { exitCode, output, errors } = await run(program)
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' })
  const { rows } = JSON.parse(output) as { rows: unknown[] }
  expect(rows).toHaveLength(2)
  expect(rows[0]).toMatchObject({ PATIENT_ID: 1, SSN: expect.stringMatching(/^\*+\d{4}$/) })
  expect(output.match(identifyingPattern())).toBeNull()
  expect(clinic.stack.warehouse.queryHistory().at(-1)).toMatchObject({
    authentication: 'OAUTH_ACCESS_TOKEN',
    roleName: 'CLINIC_READER',
  })
})

test.each([
  ['Bun', 'bun', []],
  ['Deno', 'deno', ['run', '--allow-all']],
])(
  'on %s, where register does not start, a program governs by its own import',
  async (_name, command, flags) => {
    const runtime = new URL(`../node_modules/.bin/${command}`, import.meta.url).pathname
    const { output, errors } = await start(runtime, [
      ...flags,
      '--conditions=snowfence-source',
      programPath('tour.mjs'),
    ])
    expect(errors).toBe('')
    const { object, denied } = JSON.parse(output) as { object: unknown[]; denied: unknown }
    expect(object).toEqual([
      expect.objectContaining({ PATIENT_ID: 1, SSN: expect.stringMatching(/^\*+\d{4}$/) }),
      expect.objectContaining({ PATIENT_ID: 2 }),
    ])
    expect(denied).toEqual({ code: '003001', sqlState: '42501' })
  },
)

test('a program that was not told of denials gets one in the shape it knows', async () => {
  const { output } = await run('esm-default.mjs', { PROGRAM_SQL: 'delete from PATIENTS' })
  expect(JSON.parse(output)).toEqual({ code: '003001', sqlState: '42501' })
})

test('a configuration file that turns the log of the driver on is told neither statements nor values', async () => {
  const file = join(directory, 'sf_client_config.json')
  await writeFile(file, JSON.stringify({ common: { log_level: 'TRACE', log_path: directory } }), {
    mode: 0o600,
  })
  const { output } = await run('esm-default.mjs', { SF_CLIENT_CONFIG_FILE: file })
  expect(JSON.parse(output)).toMatchObject({ rows: [expect.anything(), expect.anything()] })
  const log = await readFile(join(directory, 'nodejs', 'snowflake.log'), 'utf8')
  // The login may be in it, and nothing after.
  expect(log).toContain('Minicore status')
  expect(log).not.toMatch(/execute called|RowStatementPreExec|PATIENTS|eyJ/)
  expect(log.match(identifyingPattern())).toBeNull()
})

test('no other name leads to the driver', async () => {
  const driver = createRequire(import.meta.url).resolve('snowflake-sdk')
  const { output } = await run('around.mjs', { DRIVER_PATH: pathToFileURL(driver).href })
  expect(JSON.parse(output)).toEqual({
    required: 'ERR_MEMBER_REFUSED',
    imported: 'ERR_MEMBER_REFUSED',
    byPath: 'ERR_MEMBER_REFUSED',
    inner: 'ERR_MEMBER_REFUSED',
    innerByPath: 'ERR_MEMBER_REFUSED',
  })
})

test('every name, path and address of a copy of the driver leads to the governed one', async () => {
  const require = createRequire(import.meta.url)
  const [alias, path] = [require.resolve('snowflake-sdk-2'), require.resolve('snowflake-sdk')]
  const { output, errors } = await run('other-names.mjs', { ALIAS_PATH: alias, DRIVER_PATH: path })
  expect(errors).toBe('')
  const found = JSON.parse(output) as Record<string, unknown[]>
  expect(Object.keys(found)).toHaveLength(5)
  for (const rows of Object.values(found))
    expect(rows).toEqual([
      expect.objectContaining({ PATIENT_ID: 1, SSN: expect.stringMatching(/^\*+\d{4}$/) }),
      expect.objectContaining({ PATIENT_ID: 2 }),
    ])
  expect(output.match(identifyingPattern())).toBeNull()
})

test('the oldest driver that is supported is governed too', async () => {
  const { output, errors } = await run('esm-default.mjs', { DRIVER_NAME: 'snowflake-sdk-2' }, [
    '--import',
    programPath('use-driver.mjs'),
  ])
  // Node warns of a module that this version of the driver uses.
  expect(errors).not.toContain('Snowfence')
  expect(JSON.parse(output)).toMatchObject({ rows: [{ SSN: expect.stringMatching(/^\*+\d{4}$/) }, {}] })
})

test.each(['a name of Snowflake', 'a proxy'])('it is governed over TLS by %s', async (way) => {
  const authority = createPrivateAuthority('clinic authority')
  const ca = join(directory, 'ca.pem')
  await writeFile(ca, authority.certificate)
  const onward = (): Socket => connect(Number(new URL(clinic.stack.warehouse.url).port), '127.0.0.1')
  const host = `${clinic.stack.warehouse.account}.snowflakecomputing.com`
  await using warehouse = await listen(
    createTlsServer(authority.issueFor({ dns: host }), (client) => joinSockets(client, onward())),
  )
  const targets: string[] = []
  await using proxy = await listen(
    createServer((client) => {
      client.once('data', (head) => {
        targets.push(String(head).split('\r\n')[0] ?? '')
        client.write('HTTP/1.1 200 OK\r\n\r\n')
        joinSockets(client, connect(warehouse.port, '127.0.0.1'))
      })
    }),
  )
  const isProxy = way === 'a proxy'
  const { output, errors } = await run(
    'esm-default.mjs',
    {
      SNOWFLAKE_ACCESS_URL: isProxy ? `https://${host}` : `https://${host}:${warehouse.port}`,
      NODE_EXTRA_CA_CERTS: ca,
      ...(isProxy ? { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` } : {}),
    },
    ['--require', programPath('local-names.cjs')],
  )
  expect(errors).toBe('')
  expect(JSON.parse(output)).toMatchObject({ rows: [{ SSN: expect.stringMatching(/^\*+\d{4}$/) }, {}] })
  if (isProxy) expect(targets).toContain(`CONNECT ${host}:443 HTTP/1.1`)
})

test.each(['on', 'off'])(
  'what a program does in a callback of the driver is not taken for the driver, fast path %s',
  async (fastPath) => {
    const { output, errors } = await run('in-callbacks.mjs', { SNOWFENCE_FAST_PATH: fastPath })
    const found = JSON.parse(output || '{}') as Record<string, string>
    expect(Object.keys(found), errors).toHaveLength(12)
    expect(Object.entries(found).filter(([, code]) => code !== 'ERR_UNGOVERNED_REQUEST')).toEqual([])
  },
)

test.each(['SNOWFENCE_BROKER', 'SNOWFENCE_PURPOSE', 'SNOWFENCE_AGENT_ID'])(
  'without %s the program does not start',
  async (name) => {
    const { exitCode, output, errors } = await run('esm-default.mjs', { [name]: undefined })
    expect(exitCode).not.toBe(0)
    expect(output).toBe('')
    expect(errors).toContain(name)
  },
)
