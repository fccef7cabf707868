import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { unreadable } from './read-text.ts'

/** One line of a batch: its parsed value, or why it is none. */
export type JsonLine =
  | { readonly ok: true; readonly line: number; readonly value: unknown }
  | { readonly ok: false; readonly line: number; readonly message: string }

const openInput = async (file: string) => {
  try {
    return (await open(file)).createReadStream({ encoding: 'utf8' })
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

/** Reads JSON Lines as they arrive from a file, or from standard input for `-`. Blank lines are passed over. @throws ERR_CLI_FILE_UNREADABLE */
export async function* readJsonLines(file: string): AsyncGenerator<JsonLine> {
  const input = file === '-' ? process.stdin : await openInput(file)
  let line = 0
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1
    if (text.trim() === '') continue
    try {
      yield { ok: true, line, value: JSON.parse(text) }
    } catch {
      yield { ok: false, line, message: `line ${line} is not JSON` }
    }
  }
}
