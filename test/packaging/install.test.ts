import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

// What a stranger gets: the package as it would be published, installed into an empty project.

vi.setConfig({ testTimeout: 120_000, hookTimeout: 400_000 })

const root = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)
let directory: string
let project: string

const pnpm = async (cwd: string, command: string): Promise<void> => {
  await run('npx', ['--yes', '-p', 'node@24.21.0', '-p', 'pnpm@12.20.0', '-c', `pnpm ${command}`], { cwd })
}

/** Runs a program in the project and gives what it printed, or how it failed. */
const node = async (
  file: string,
  text: string,
  { flags = [], variables = {} }: { flags?: string[]; variables?: Record<string, string> } = {},
): Promise<string> => {
  await writeFile(join(project, file), text)
  const { stdout, stderr } = await run(process.execPath, [...flags, file], {
    cwd: project,
    env: { PATH: process.env.PATH, HOME: directory, ...variables },
  }).catch((failure: { stdout: string; stderr: string }) => failure)
  return `${stdout}${stderr}`.trim()
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'snowfence-'))
  project = join(directory, 'project')
  const tarballs = join(directory, 'tarballs')
  await Promise.all([mkdir(project), mkdir(tarballs)])
  // The command that the README names.
  await run(process.execPath, [join(root, 'scripts/workspace.mjs'), 'pack', tarballs])
  const packed = await readdir(tarballs)
  const tarball = packed.find((name) => /^snowfence-\d/.test(name)) ?? ''
  expect(packed).toHaveLength((await readdir(join(root, 'packages'))).length)
  await writeFile(
    join(project, 'package.json'),
    JSON.stringify({
      name: 'empty-project',
      private: true,
      type: 'module',
      dependencies: {
        snowfence: `file:${join(tarballs, tarball)}`,
        'snowflake-sdk': '3.3.0',
        typescript: '6.0.3',
        '@types/node': '24.19.2',
      },
    }),
  )
  await pnpm(project, 'install --prefer-offline --ignore-scripts')
})
afterAll(async () => await rm(directory, { recursive: true, force: true }))

const governed = {
  SNOWFENCE_BROKER: 'https://broker.example',
  SNOWFENCE_IDENTITY_TOKEN: 'token',
  SNOWFENCE_PURPOSE: 'TREAT',
  SNOWFENCE_AGENT_ID: 'a',
}
const refused = 'http://127.0.0.1:9'

test('it loads by import, and a connection is refused for the reason it should be', async () => {
  const text = `import { createGovernedConnection, identity } from 'snowfence'
    const made = createGovernedConnection({ account: 'a', accessUrl: '${refused}', broker: '${refused}',
      identity: identity.fromFunction(() => 'token'), purpose: 'TREAT', agent: { id: 'a' } })
    await made.connectAsync().catch((error) => console.log(error.snowfenceCode))`
  expect(await node('import.mjs', text)).toBe('ERR_BROKER_UNREACHABLE')
})

test('it loads by require', async () => {
  const text = "console.log(Object.keys(require('snowfence')).sort().join(' '))"
  expect(await node('require.cjs', text)).toBe(
    'Secret SnowfenceError configure createGovernedConnection createGovernedPool createLocalGovernance identity isGovernedError isSnowfenceError',
  )
})

test('import and require in one process give the same members, from one copy of the code', async () => {
  const text = `import { createRequire } from 'node:module'
    import * as imported from 'snowfence'
    const require = createRequire(import.meta.url)
    const required = require('snowfence')
    const different = Object.keys(required).filter((name) => required[name] !== imported[name])
    const files = Object.keys(require.cache).filter((file) => /snowfence.dist.implementation/.test(file))
    console.log(JSON.stringify({ different, members: Object.keys(required).length, copies: files.length }))`
  expect(JSON.parse(await node('both.mjs', text))).toEqual({ different: [], members: 9, copies: 1 })
})

test('a registered program uses the same copy as one that imports the package', async () => {
  const text = `import { createRequire } from 'node:module'
    import snowflake from 'snowflake-sdk'
    import { isGovernedError } from 'snowfence'
    const { cache } = createRequire(import.meta.url)
    const copies = Object.keys(cache).filter((file) => /snowfence.dist.implementation/.test(file)).length
    try { snowflake.serializeConnection({}) } catch (error) { console.log(isGovernedError(error), copies) }`
  const flags = ['--import', 'snowfence/register']
  expect(await node('registered-import.mjs', text, { flags, variables: governed })).toBe('true 1')
})

test('it brings what it says, and what is inside comes with its licence', async () => {
  const installed = join(project, 'node_modules/snowfence')
  const read = async (file: string): Promise<string> => await readFile(join(installed, file), 'utf8')
  const { dependencies } = JSON.parse(await read('package.json')) as { dependencies: Record<string, string> }
  expect(Object.keys(dependencies).sort()).toEqual(['@opentelemetry/api', 'generic-pool'])
  const notices = await read('dist/THIRD-PARTY-NOTICES.txt')
  const named = [...notices.matchAll(/^(\S+) \d+\.\d+\.\d+ \(/gm)].map(([, name]) => name)
  expect(named).toEqual(
    expect.arrayContaining(['@guanmingchiu/sqlparser-ts', 'jose', 'yaml', 'zod', '@opentelemetry/sdk-trace']),
  )

  // A bundle names the files that its parts come from: each is ours, or of a package in the notices.
  const files = await readdir(join(installed, 'dist'), { recursive: true })
  const scripts = await Promise.all(
    files.filter((file) => /\.[cm]js$/.test(file)).map((file) => read(`dist/${file}`)),
  )
  const parts = scripts.flatMap((script) => [
    ...script.matchAll(/^\/\/ \S*node_modules\/((?:@[^/]+\/)?[^/\s]+)\/\S+$/gm),
  ])
  const inside = new Set(parts.map(([, name]) => name).filter((name) => name !== '.pnpm'))
  expect(inside.size).toBe(named.length)
  expect([...inside].filter((name) => !named.includes(name))).toEqual([])
})

test('register loads, and governs or does not start', async () => {
  const text = `import snowflake from 'snowflake-sdk'
    try { snowflake.serializeConnection({}) } catch (error) { console.log(error.snowfenceCode) }`
  const flags = ['--import', 'snowfence/register']
  expect(await node('registered.mjs', text, { flags })).toContain('SNOWFENCE_BROKER')
  expect(await node('registered.mjs', text, { flags, variables: governed })).toBe('ERR_MEMBER_REFUSED')
})

test('its declarations compile in a strict project, and stand in for those of the driver', async () => {
  const text = `import { createGovernedConnection, identity } from 'snowfence'
    import type { Connection } from 'snowflake-sdk'
    export const made: Connection = createGovernedConnection({ account: 'a', broker: 'https://broker.example',
      identity: identity.fromEnv('T'), purpose: 'TREAT', agent: { id: 'a' } })`
  await writeFile(join(project, 'program.ts'), text)
  await writeFile(
    join(project, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2023',
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: ['node'],
      },
      include: ['program.ts'],
    }),
  )
  const { stdout } = await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], {
    cwd: project,
  }).catch((failure: { stdout: string }) => failure)
  expect(stdout).toBe('')
})
