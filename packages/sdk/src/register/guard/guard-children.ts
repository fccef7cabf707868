import childProcess, { ChildProcess } from 'node:child_process'
import { inheritedEnvironment } from './inherited-environment.ts'

type Environment = Record<string, string | undefined>

interface SpawnOptions {
  envPairs?: readonly string[]
}

interface OptionsWithEnvironment {
  readonly env?: Environment | null | undefined
}

const environmentOf = (pairs: readonly string[]): Environment =>
  Object.fromEntries(
    pairs.map((pair) => {
      // On Windows names may begin with an equals sign.
      const at = pair.indexOf('=', 1)
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )

const pairsOf = (environment: Environment): string[] =>
  Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))

/**
 * Gives every child process the guard, whatever environment it is started with. All asynchronous forms (`spawn`, `exec`,
 * `fork`, `cluster`) start their process by one method; the synchronous ones are replaced one by one.
 */
export const guardChildren = (flags: string): void => {
  const prototype = ChildProcess.prototype as unknown as { spawn(options: SpawnOptions): unknown }
  const { spawn } = prototype
  prototype.spawn = function (options) {
    const environment = options.envPairs === undefined ? process.env : environmentOf(options.envPairs)
    return spawn.call(this, { ...options, envPairs: pairsOf(inheritedEnvironment(environment, flags)) })
  }

  const guarded = <T extends OptionsWithEnvironment>(options: T | null | undefined) => ({
    ...options,
    env: inheritedEnvironment(options?.env ?? process.env, flags),
  })
  const { spawnSync, execFileSync, execSync } = childProcess
  /** The arguments of a program are optional, and stand before the options. */
  const withOptions = (given: readonly unknown[]): unknown[] => {
    const [file, second, third] = given
    return Array.isArray(second) || third !== undefined
      ? [file, second, guarded(third as OptionsWithEnvironment | undefined)]
      : [file, guarded(second as OptionsWithEnvironment | undefined)]
  }
  Object.assign(childProcess, {
    spawnSync: (...given: unknown[]) => Reflect.apply(spawnSync, childProcess, withOptions(given)),
    execFileSync: (...given: unknown[]) => Reflect.apply(execFileSync, childProcess, withOptions(given)),
    execSync: (command: string, options?: OptionsWithEnvironment) =>
      execSync(command, guarded(options) as Parameters<typeof execSync>[1]),
  })

  // Replaces this process by another one. Node: since 22.15 and 23.11, not on Windows.
  const { execve } = process
  if (typeof execve === 'function')
    process.execve = (file, args, environment) =>
      execve.call(
        process,
        file,
        args,
        inheritedEnvironment(environment ?? process.env, flags) as NodeJS.ProcessEnv,
      )
}
