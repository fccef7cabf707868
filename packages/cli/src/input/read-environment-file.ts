import { parseEnv } from 'node:util'
import { readText } from './read-text.ts'

/**
 * The process's environment, with the variables of a file (as `snowfence dev --env` writes it) over it.
 * @throws ERR_CLI_FILE_UNREADABLE
 */
export const readEnvironment = async (file: string | undefined): Promise<NodeJS.ProcessEnv> =>
  file === undefined ? process.env : { ...process.env, ...parseEnv(await readText(file)) }
