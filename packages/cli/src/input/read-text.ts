import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { SnowfenceError } from '@snowfence/core'

/** The error for a file that could not be opened or read. */
export const unreadable = (file: string, cause: unknown): SnowfenceError =>
  new SnowfenceError('ERR_CLI_FILE_UNREADABLE', {
    message: `the file \`${file}\` could not be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`,
    cause,
  })

/** The contents of a file, or of standard input for `-`. @throws ERR_CLI_FILE_UNREADABLE */
export const readText = async (file: string): Promise<string> => {
  if (file === '-') return text(process.stdin)
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw unreadable(file, cause)
  }
}
