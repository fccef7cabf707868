import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { SnowfenceError } from '@snowfence/core'

/** The contents of a file, or of standard input for `-`. @throws ERR_CLI_FILE_UNREADABLE */
export const readText = async (file: string): Promise<string> => {
  if (file === '-') return text(process.stdin)
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown'
    throw new SnowfenceError('ERR_CLI_FILE_UNREADABLE', {
      message: `the file \`${file}\` could not be read (${reason})`,
      cause,
    })
  }
}
