import { spawn, spawnSync } from 'node:child_process'
import { constants } from 'node:fs'
import { type FileHandle, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const command = path.join(root, 'packages/cli/bin/snowfence.js')
const policies = path.join(root, 'examples/policies')

/** Runs the built command as a user does. Needs `npm run build`, which `npm test` does first. */
const snowfence = async (args: readonly string[], input = '') => {
  const child = spawn(process.execPath, [command, ...args], {
    env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(input)
  const [stdout, stderr, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ])
  return { stdout, stderr, status }
}

let folder = ''
const file = (name: string) => path.join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'snowfence-cli-'))
  const patients = ['PATIENT_ID', 'SSN', 'FIRST_NAME', 'ZIP', 'STATE']
  await writeFile(file('catalog.json'), JSON.stringify({ CLINIC: { PUBLIC: { PATIENTS: patients } } }))
  await writeFile(
    file('agent.json'),
    JSON.stringify({ subject: 'bot', groups: ['clinic-agents'], purpose: 'HOPERAT' }),
  )
  await writeFile(file('query.sql'), 'select upper(ssn) x, state from patients')
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const names = ['--database', 'CLINIC', '--schema', 'PUBLIC']

describe('snowfence', () => {
  it('without arguments shows its commands and examples, and ends with 2', async () => {
    const { stderr, status } = await snowfence([])
    expect(status).toBe(2)
    expect(stderr).toContain('Examples:')
  })

  it('with an unknown command says so and ends with 2', async () => {
    const { stderr, status } = await snowfence(['nonsense'])
    expect(status).toBe(2)
    expect(stderr).toContain("unknown command 'nonsense'")
  })

  it.each([
    ['dev'],
    ['query'],
    ['sql', 'analyze'],
    ['policy', 'check'],
    ['policy', 'explain'],
    ['policy', 'test'],
    ['policy', 'diff'],
    ['approvals'],
    ['audit'],
    ['broker'],
    ['sessions'],
  ])('%s %s --help shows examples', async (...words) => {
    const { stdout, status } = await snowfence([...words.filter(Boolean), '--help'])
    expect(status).toBe(0)
    expect(stdout).toContain('Examples:')
  })
})

describe('snowfence sql analyze', () => {
  it('prints the summary as one line of JSON', async () => {
    const { stdout, status } = await snowfence([
      'sql',
      'analyze',
      '--catalog',
      file('catalog.json'),
      ...names,
      '--json',
      file('query.sql'),
    ])
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'analyzed',
      kind: 'select',
      effects: ['select'],
      reads: [{ table: 'CLINIC.PUBLIC.PATIENTS', columns: ['SSN', 'STATE'] }],
      outputs: [{ name: 'X', columns: ['CLINIC.PUBLIC.PATIENTS.SSN'] }, { name: 'STATE' }],
      functions: ['UPPER'],
    })
  })

  it('marks the place of a refusal for people, and says what would pass', async () => {
    const { stdout, status } = await snowfence(
      ['sql', 'analyze', '--catalog', file('catalog.json'), ...names, '-'],
      'select nothing_here from patients',
    )
    expect(status).toBe(0)
    expect(stdout).toContain('refused')
    expect(stdout).toContain('^')
    expect(stdout).toContain('what would pass')
  })

  it('answers every line of a batch in order, and goes on after a line that is none', async () => {
    const input = [
      '{"id":"a","sql":"select state from patients"}',
      'not json',
      '{"id":"b","sql":"drop table patients"}',
    ].join('\n')
    const { stdout, status } = await snowfence(
      ['sql', 'analyze', '--catalog', file('catalog.json'), ...names, '--batch'],
      input,
    )
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(answers.map(({ id }) => id)).toEqual(['a', null, 'b'])
    expect(answers[1]).toHaveProperty('error.code', 'ERR_CLI_USAGE')
    expect(answers[2]).toHaveProperty('effects', ['drop'])
    expect(status).toBe(1)
  })

  it('names the field of a catalogue that has another form', async () => {
    await writeFile(file('wrong.json'), '{"CLINIC":{"PUBLIC":{"PATIENTS":7}}}')
    const { stderr, status } = await snowfence(
      ['sql', 'analyze', '--catalog', file('wrong.json'), '-'],
      'select 1',
    )
    expect(status).toBe(1)
    expect(stderr).toContain('ERR_CLI_FILE_UNREADABLE')
    expect(stderr).toContain('CLINIC.PUBLIC.PATIENTS')
  })

  it('never prints a terminal control that a text holds', async () => {
    const { stdout } = await snowfence(
      ['sql', 'analyze', '--catalog', file('catalog.json'), ...names, '-'],
      'select \u001b[31m from patients',
    )
    expect(stdout).not.toContain('\u001b')
  })
})

describe('snowfence policy', () => {
  it('check accepts the clinic example', async () => {
    const { stdout, status } = await snowfence(['policy', 'check', path.join(policies, 'clinic.yaml')])
    expect(stdout).toContain('valid')
    expect(status).toBe(0)
  })

  it('check reports every problem at once, with line and column, and ends with 1', async () => {
    await writeFile(
      file('bad.yaml'),
      'version: 1\nclasses:\n  ssn: { mask: blur }\nrules:\n  - id: a\n    effect: permit\n    efect: permit\n',
    )
    const { stdout, status } = await snowfence(['policy', 'check', file('bad.yaml')])
    expect(status).toBe(1)
    expect(stdout).toMatch(/bad\.yaml:3:\d+ error .*\[unknown-mask\]/)
    expect(stdout).toMatch(/bad\.yaml:7:\d+ error .*efect.*\[unknown-field\]/)
  })

  it('explain gives the decision as JSON, with masks and what they are because of', async () => {
    const { stdout, status } = await snowfence([
      'policy',
      'explain',
      '--policy',
      path.join(policies, 'clinic.yaml'),
      '--catalog',
      file('catalog.json'),
      '--principal',
      file('agent.json'),
      '--sql',
      file('query.sql'),
      ...names,
      '--json',
    ])
    expect(status).toBe(0)
    const explanation = JSON.parse(stdout) as { columns: { name: string; mask: unknown }[] }
    expect(explanation).toMatchObject({ decision: 'allow', rules: ['agents-read-clinic'] })
    expect(explanation.columns).toMatchObject([
      { name: 'X', mask: { kind: 'withhold' } },
      { name: 'STATE', mask: null },
    ])
  })

  it('test says why the decision of a failing test is what it is', async () => {
    await writeFile(
      file('failing.test.yaml'),
      `policy: ${path.join(policies, 'clinic.yaml')}
catalog: catalog.json
database: CLINIC
schema: PUBLIC
purpose: HOPERAT
principals: { agent: { subject: bot, groups: [clinic-agents] } }
tests:
  - { name: by number, principal: agent, sql: select state from patients order by ssn, expect: { decision: allow } }
`,
    )
    const shown = await snowfence(['policy', 'test', file('failing.test.yaml')])
    expect(shown.status).toBe(1)
    expect(shown.stdout).toMatch(/because CLINIC\.PUBLIC\.PATIENTS\.SSN is masked .*\[use-not-allowed\]/)
    const { stdout } = await snowfence(['policy', 'test', file('failing.test.yaml'), '--json'])
    const { results } = JSON.parse(stdout) as { results: unknown[] }
    expect(results).toMatchObject([{ decision: 'deny', reasons: [{ code: 'use-not-allowed' }] }])
  })

  it('diff names what a stricter policy changes', async () => {
    const clinic = await readFile(path.join(policies, 'clinic.yaml'), 'utf8')
    await writeFile(
      file('stricter.yaml'),
      clinic.replace('mask: { partial: { keepLast: 4 } }', 'mask: withhold'),
    )
    await writeFile(
      file('recorded.jsonl'),
      '{"id":"one","sql":"select ssn from patients"}\n{"id":"two","sql":"select state from patients"}\n',
    )
    const { stdout, status } = await snowfence([
      'policy',
      'diff',
      path.join(policies, 'clinic.yaml'),
      file('stricter.yaml'),
      '--statements',
      file('recorded.jsonl'),
      '--catalog',
      file('catalog.json'),
      '--principal',
      file('agent.json'),
      ...names,
      '--json',
    ])
    expect(status).toBe(1)
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines[0]).toMatchObject({ id: 'one', direction: 'stricter' })
    expect(lines.at(-1)).toEqual({ statements: 2, changed: 1 })
  })
})

describe('snowfence query', () => {
  it('without settings names the first that is missing and how to give it', async () => {
    const { stderr, status } = await snowfence(['query', 'select 1'])
    expect(status).toBe(1)
    expect(stderr).toContain('SNOWFLAKE_ACCOUNT')
    expect(stderr).toContain('--env')
  })

  it('with an unreachable broker ends at once with its code and a next step', async () => {
    await writeFile(file('token'), 'token')
    const { stderr, status } = await snowfence([
      'query',
      '--account',
      'a',
      '--access-url',
      'http://127.0.0.1:9',
      '--broker',
      'http://127.0.0.1:9',
      '--identity-token-file',
      file('token'),
      '--purpose',
      'HOPERAT',
      'select 1',
    ])
    expect(status).toBe(1)
    expect(stderr).toMatch(
      /^error ERR_BROKER_UNREACHABLE: .*could not be reached\n {2}next: start the broker/,
    )
    expect(stderr).not.toContain('    at ')
  })

  it.each<{ flags: string[] }>([{ flags: [] }, { flags: ['--json'] }])(
    'without its identity token says so with a next step: $flags',
    async ({ flags }) => {
      const { stdout, stderr, status } = await snowfence([
        'query',
        ...flags,
        '--account',
        'a',
        '--broker',
        'http://127.0.0.1:9',
        '--identity-token-file',
        file('absent.jwt'),
        '--purpose',
        'HOPERAT',
        'select 1',
      ])
      expect(status).toBe(1)
      const told = flags.includes('--json') ? JSON.stringify(JSON.parse(stdout).error) : stderr
      expect(told).toContain('ERR_IDENTITY_SOURCE_FAILED')
      expect(told).toMatch(/next: \S|"hint":"\S/)
      expect(told).not.toContain('    at ')
    },
  )
})

describe('snowfence broker', () => {
  it('names a problem of its configuration once', async () => {
    await writeFile(file('broker.yaml'), 'listen: { porrt: 1 }')
    const { stderr, status } = await snowfence(['broker', '--config', file('broker.yaml')])
    expect(status).toBe(1)
    expect(stderr.split('porrt')).toHaveLength(2)
  })

  /** Writes a configuration that is complete but for its policy. Gives its path. */
  const writeConfig = async (name: string, dataDir: string | undefined, policy: string): Promise<string> => {
    const config = {
      listen: { port: 0 },
      issuers: [{ issuer: 'http://127.0.0.1:1', audience: 'https://broker.example' }],
      policy,
      snowflake: {
        account: 'acme-clinic',
        accountUrl: 'https://acme-clinic.snowflakecomputing.com',
        roles: [{ groups: ['clinic-agents'], user: 'A', role: 'R', elevatedRoles: ['CLINIC_NOTES_READER'] }],
        catalogue: { kind: 'file', path: file('catalog.json') },
      },
      dataDir,
    }
    await writeFile(file(name), JSON.stringify(config))
    return file(name)
  }

  it.skipIf(process.platform !== 'linux').each(['/proc/x', '/sys/x', '/dev/null/x'])(
    'with the data directory %s says that it cannot be made, and ends',
    async (dataDir) => {
      const config = await writeConfig('place.yaml', dataDir, path.join(policies, 'clinic.yaml'))
      const { stderr, status } = await snowfence(['broker', '--config', config])
      expect(status).toBe(1)
      expect(stderr).toContain(`ERR_BROKER_CONFIG_INVALID: the data directory \`${dataDir}\``)
    },
  )

  const namespaces = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']
  const hasNamespaces = spawnSync(namespaces[0] ?? '', [...namespaces.slice(1), 'true']).status === 0

  it.skipIf(process.platform === 'win32')(
    'ends at SIGTERM while it starts, whatever it waits for',
    { timeout: 30_000 },
    async () => {
      // Nobody writes to this file, so a broker that reads it waits.
      const pipe = file('policy-pipe')
      spawnSync('mkfifo', [pipe])
      const config = await writeConfig('waits.yaml', file('data'), pipe)
      const child = spawn(process.execPath, [command, 'broker', '--config', config], { stdio: 'ignore' })
      const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
      let writer: FileHandle | undefined
      try {
        // Opening it so fails until somebody reads. It stays open, and so the reader waits.
        const openForWriting = async () => {
          writer = await open(pipe, constants.O_WRONLY | constants.O_NONBLOCK)
        }
        await expect.poll(openForWriting, { timeout: 20_000 }).toBeUndefined()
        child.kill('SIGTERM')
        expect(await ended).toBe('SIGTERM')
      } finally {
        child.kill('SIGKILL')
        await writer?.close()
      }
    },
  )

  it.skipIf(!hasNamespaces)(
    'ends at SIGTERM while it starts, as the first process of a container',
    { timeout: 30_000 },
    async () => {
      // A database that accepts connections and says nothing.
      const connections: Socket[] = []
      const silent = createServer((socket) => {
        connections.push(socket)
        socket.on('error', () => undefined)
      })
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
      const { port } = silent.address() as AddressInfo
      const policy = path.join(policies, 'clinic.yaml')
      const config = await writeConfig('silent.yaml', undefined, policy)
      const [program = '', ...rest] = [...namespaces, process.execPath, command, 'broker', '--config', config]
      const env = {
        ...process.env,
        DATABASE_URL: `postgres://a:b@127.0.0.1:${port}/c`,
        SNOWFENCE_BROKER_KEY: Buffer.alloc(32).toString('base64'),
      }
      const child = spawn(program, rest, { stdio: 'ignore', env })
      const ended = new Promise((resolve) => child.once('exit', resolve))
      try {
        await expect.poll(() => connections.length, { timeout: 20_000 }).toBeGreaterThan(0)
        const { pid } = child
        const inner = Number(await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'))
        expect(inner).toBeGreaterThan(1)
        process.kill(inner, 'SIGTERM')
        // Not 1, as after the error of a database that does not answer.
        expect(await ended).toBe(143)
      } finally {
        child.kill('SIGKILL')
        for (const socket of connections) socket.destroy()
        silent.close()
      }
    },
  )
})

describe('snowfence dev', () => {
  it.each(['broker', 'warehouse', 'identity'])(
    'with the %s port in use says so, and leaves nothing running',
    async (part) => {
      const taken = createServer()
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
      try {
        const { port } = taken.address() as AddressInfo
        const { stderr, status } = await snowfence(['dev', `--${part}-port`, String(port)])
        expect(status).toBe(1)
        expect(stderr).toMatch(/PORT_IN_USE.*already in use/)
      } finally {
        taken.close()
      }
    },
  )
})
