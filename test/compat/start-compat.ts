import { fork } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClinicStack, startClinicStack } from '../e2e/clinic-stack.ts'

/** What `snowflake-sdk` leads to where a library asks for it. */
export type World = 'driver' | 'governed'

export type Step =
  | { readonly name: string; readonly gave: unknown; readonly failed?: never }
  | { readonly name: string; readonly failed: readonly unknown[]; readonly gave?: never }

export interface Compat {
  /** Runs the steps of one library in a process of its own. `folder` is where its package is installed. */
  run(library: string, world: World, folder: string): Promise<readonly Step[]>
  close(): Promise<void>
}

const registered = new URL('../../packages/sdk/src/register/register.ts', import.meta.url).href
const program = new URL('program.cjs', import.meta.url).pathname
const policyFile = new URL('../../examples/policies/tools.yaml', import.meta.url).pathname

const runProgram = async (
  clinic: ClinicStack,
  directory: string,
  { library, world, folder }: { library: string; world: World; folder: string },
): Promise<readonly Step[]> => {
  const { warehouse, broker } = clinic.stack
  const lease = await clinic.lease()
  const credentials = {
    account: warehouse.account,
    accessUrl: warehouse.url,
    authenticator: 'OAUTH',
    token: lease.token,
    username: lease.user,
    role: lease.role,
  }
  const child = fork(program, {
    execArgv: ['--conditions=snowfence-source', ...(world === 'driver' ? [] : ['--import', registered])],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      SNOWFLAKE_DISABLE_PLATFORM_DETECTION: 'true',
      SNOWFLAKE_DISABLE_MINICORE: 'true',
      COMPAT_LIBRARY: library,
      COMPAT_FOLDER: folder,
      COMPAT_WORLD: world,
      COMPAT_CREDENTIALS: JSON.stringify(world === 'driver' ? credentials : { account: warehouse.account }),
      ...(world === 'driver' ? {} : { SNOWFLAKE_ACCESS_URL: warehouse.url }),
      SNOWFENCE_BROKER: broker.url,
      SNOWFENCE_IDENTITY_TOKEN_FILE: join(directory, 'token'),
      SNOWFENCE_PURPOSE: 'HOPERAT',
      SNOWFENCE_AGENT_ID: 'compat',
    },
  })
  const steps: Step[] = []
  let errors = ''
  child.stdout?.resume()
  child.stderr?.on('data', (text) => {
    errors += String(text)
  })
  child.on('message', (message) => steps.push(message as Step))
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (exitCode !== 0) throw new Error(`${library} under \`${world}\` ended with ${exitCode}: ${errors}`)
  return steps
}

/** Starts a warehouse with a sandbox that the agent may write to, and a broker with the policy for tools. */
export const startCompat = async (): Promise<Compat> => {
  const directory = await mkdtemp(join(tmpdir(), 'snowfence-'))
  const clinic = await startClinicStack({ policyFile, leaseSeconds: 600 })
  await writeFile(join(directory, 'token'), await clinic.stack.identityToken('agent', { ttlSeconds: 3600 }))
  const administrator = await clinic.administrator()
  for (const sqlText of [
    'create schema SANDBOX',
    'grant usage on schema SANDBOX to role CLINIC_READER',
    'grant create table on schema SANDBOX to role CLINIC_READER',
    'grant create view on schema SANDBOX to role CLINIC_READER',
  ])
    await new Promise<void>((resolve, reject) => {
      administrator.execute({ sqlText, complete: (error) => (error ? reject(error) : resolve()) })
    })
  return {
    run: async (library, world, folder) => await runProgram(clinic, directory, { library, world, folder }),
    close: async () => {
      await clinic.close()
      await rm(directory, { recursive: true })
    },
  }
}
