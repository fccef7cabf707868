import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

// What a stranger gets: the packages as they would be published, installed into an empty project.

vi.setConfig({ testTimeout: 120_000, hookTimeout: 400_000 })

const root = fileURLToPath(new URL('../..', import.meta.url))
const packages = ['core', 'sql', 'policy', 'masking', 'audit', 'sdk']
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
  for (const name of packages) {
    const source = join(root, 'packages', name)
    if (!existsSync(join(source, 'dist/index.js')))
      await run(process.execPath, [join(root, 'node_modules/tsup/dist/cli-default.js')], { cwd: source })
    await pnpm(source, `pack --pack-destination ${tarballs}`)
  }
  const files = await readdir(tarballs)
  const tarball = (name: string): string => {
    const prefix = name === 'sdk' ? 'snowfence-' : `snowfence-${name}-`
    return `file:${join(tarballs, files.find((file) => file.startsWith(prefix) && /^\d/.test(file.slice(prefix.length))) ?? '')}`
  }
  await writeFile(
    join(project, 'package.json'),
    JSON.stringify({
      name: 'empty-project',
      private: true,
      type: 'module',
      dependencies: {
        snowfence: tarball('sdk'),
        'snowflake-sdk': '3.3.0',
        typescript: '6.0.3',
        '@types/node': '24.19.2',
      },
    }),
  )
  const overrides = packages
    .filter((name) => name !== 'sdk')
    .map((name) => `  '@snowfence/${name}': '${tarball(name)}'\n`)
  await writeFile(join(project, 'pnpm-workspace.yaml'), `overrides:\n${overrides.join('')}`)
  await pnpm(project, 'install --prefer-offline --ignore-scripts')
})
afterAll(async () => await rm(directory, { recursive: true, force: true }))

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
    'configure createGovernedConnection createGovernedPool createLocalGovernance identity isGovernedError',
  )
})

test('register loads, and governs or does not start', async () => {
  const text = `import snowflake from 'snowflake-sdk'
    try { snowflake.serializeConnection({}) } catch (error) { console.log(error.snowfenceCode) }`
  const flags = ['--import', 'snowfence/register']
  expect(await node('registered.mjs', text, { flags })).toContain('SNOWFENCE_BROKER')
  const variables = {
    SNOWFENCE_BROKER: 'https://broker.example',
    SNOWFENCE_IDENTITY_TOKEN: 'token',
    SNOWFENCE_PURPOSE: 'TREAT',
    SNOWFENCE_AGENT_ID: 'a',
  }
  expect(await node('registered.mjs', text, { flags, variables })).toBe('ERR_MEMBER_REFUSED')
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
