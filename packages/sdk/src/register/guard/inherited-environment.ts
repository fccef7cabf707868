import { fileURLToPath } from 'node:url'

type Environment = Readonly<Record<string, string | undefined>>

/** Set for children and Workers: where the variables of a broker are missing there, the guard stands alone. */
export const INHERITED = 'SNOWFENCE_GUARD_INHERITED'

/**
 * The flags that load `register` in another process or thread. `--require`, since Node runs no `--import` in a Worker
 * whose code is given as text.
 */
export const guardFlags = (registerUrl: string): string => {
  const file = fileURLToPath(registerUrl).replaceAll('\\', '/')
  // Node reads NODE_OPTIONS with quotes and backslashes as a shell would.
  const flag = `--require=${JSON.stringify(file)}`
  return file.endsWith('.ts') ? `--conditions=snowfence-source ${flag}` : flag
}

/** NODE_OPTIONS with the flags, once, before those of the program. */
export const addFlags = (options: string | undefined, flags: string): string => {
  if (!options) return flags
  return options.includes(flags) ? options : `${flags} ${options}`
}

const nameIn = (environment: Environment, name: string): string =>
  process.platform === 'win32'
    ? (Object.keys(environment).find((given) => given.toUpperCase() === name) ?? name)
    : name

/**
 * The environment of a child or a Worker, with the guard. Nothing else is added: a program that hands down no identity
 * token has its reasons, and its child may then reach Snowflake in no way.
 */
export const inheritedEnvironment = (
  environment: Environment,
  flags: string,
): Record<string, string | undefined> => {
  const name = nameIn(environment, 'NODE_OPTIONS')
  return { ...environment, [name]: addFlags(environment[name], flags), [INHERITED]: '1' }
}
