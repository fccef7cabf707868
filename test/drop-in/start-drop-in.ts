import { fork } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClinicStack, startClinicStack } from '../e2e/clinic-stack.ts'
import { createTables } from './create-tables.ts'
import type { Description } from './describe-value.ts'

/** What the name `snowflake-sdk` leads to in a process. */
export const worlds = ['driver', 'fast', 'public'] as const
export type World = (typeof worlds)[number]

/** A policy that permits and shows everything: what is compared here is the surface, not what is refused. */
const policy = `version: 1
resources:
  - table: CLINIC.*
    unclassified: allow
rules:
  - id: everything-is-permitted
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [select, insert, update, delete, merge, truncate, create, alter, drop, put, get, session, transaction, metadata]
    resources: ['*', 'stage:@CLINIC.*']
`

export interface Observation {
  readonly name: string
  readonly observation: Description
  readonly milliseconds: number
}

export interface DropIn {
  /** Runs every scenario in a process of its own. */
  observe(world: World): Promise<ReadonlyMap<string, Observation>>
  close(): Promise<void>
}

const registered = new URL('../../packages/sdk/src/register/register.ts', import.meta.url).href
const program = new URL('program.ts', import.meta.url).pathname

const runProgram = async (
  clinic: ClinicStack,
  directory: string,
  world: World,
): Promise<ReadonlyMap<string, Observation>> => {
  const { warehouse, broker } = clinic.stack
  const lease = await clinic.lease()
  const child = fork(program, {
    cwd: directory,
    execArgv: ['--conditions=snowfence-source', ...(world === 'driver' ? [] : ['--import', registered])],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      SNOWFLAKE_DISABLE_PLATFORM_DETECTION: 'true',
      SNOWFLAKE_DISABLE_MINICORE: 'true',
      SF_TELEMETRY_DISABLE_CONNECTION_SHAPE: 'true',
      DROP_IN_ACCOUNT: warehouse.account,
      DROP_IN_ACCESS_URL: warehouse.url,
      DROP_IN_USER: lease.user,
      DROP_IN_ROLE: lease.role,
      DROP_IN_TOKEN: lease.token,
      DROP_IN_SCHEMA: `DROP_IN_${world.toUpperCase()}`,
      SNOWFENCE_BROKER: broker.url,
      SNOWFENCE_IDENTITY_TOKEN_FILE: join(directory, 'token'),
      SNOWFENCE_PURPOSE: 'HOPERAT',
      SNOWFENCE_AGENT_ID: 'drop-in',
      SNOWFENCE_FAST_PATH: world === 'public' ? 'off' : 'on',
    },
  })
  const observations = new Map<string, Observation>()
  let errors = ''
  child.stdout?.resume()
  child.stderr?.on('data', (text) => {
    errors += String(text)
  })
  child.on('message', (message) => {
    const seen = message as Observation
    observations.set(seen.name, seen)
  })
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (exitCode !== 0) throw new Error(`the program under \`${world}\` ended with ${exitCode}: ${errors}`)
  return observations
}

/** Starts a warehouse with tables of every type, and the broker that governs it. */
export const startDropIn = async (): Promise<DropIn> => {
  const directory = await mkdtemp(join(tmpdir(), 'snowfence-'))
  const policyFile = join(directory, 'policy.yaml')
  await writeFile(policyFile, policy)
  const clinic = await startClinicStack({ policyFile, leaseSeconds: 600 })
  await writeFile(join(directory, 'token'), await clinic.stack.identityToken('agent', { ttlSeconds: 3600 }))
  await createTables(
    await clinic.administrator(),
    worlds.map((world) => `DROP_IN_${world.toUpperCase()}`),
  )
  return {
    observe: async (world) => await runProgram(clinic, directory, world),
    close: async () => {
      await clinic.close()
      await rm(directory, { recursive: true })
    },
  }
}
