import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

export const registerUrl = new URL('../../packages/sdk/src/register/register.ts', import.meta.url).href

export const programPath = (name: string): string => new URL(`programs/${name}`, import.meta.url).pathname

/** Enough to start. The guard needs no broker, and nobody answers at this one. */
export const governed = {
  SNOWFENCE_BROKER: 'http://127.0.0.1:9',
  SNOWFENCE_IDENTITY_TOKEN: 'an identity token',
  SNOWFENCE_PURPOSE: 'HOPERAT',
  SNOWFENCE_AGENT_ID: 'readmissions-bot',
} as const

export interface Ended {
  readonly exitCode: number | null
  readonly output: string
  readonly errors: string
}

export interface RunOptions {
  readonly variables?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** Flags before those of `register`. */
  readonly flags?: readonly string[]
  readonly isRegistered?: boolean
}

/** Another executable of Node than this one is tried with NODE_UNDER_TEST. */
const executable = process.env.NODE_UNDER_TEST ?? process.execPath

/** Runs a program of a user's, under `register` unless told otherwise. */
export const runProgram = async (
  args: readonly string[],
  { variables = {}, cwd, flags = [], isRegistered = true }: RunOptions = {},
): Promise<Ended> => {
  const register = isRegistered ? ['--import', registerUrl] : []
  const child = spawn(executable, ['--conditions=snowfence-source', ...flags, ...register, ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '', ...governed, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [exitCode, output, errors] = await Promise.all([
    new Promise<number | null>((resolve) => child.once('close', resolve)),
    text(child.stdout),
    text(child.stderr),
  ])
  return { exitCode, output, errors }
}
