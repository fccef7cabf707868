import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

/** One line of a batch: its parsed value, or why it is none. */
export type JsonLine =
  | { readonly ok: true; readonly line: number; readonly value: unknown }
  | { readonly ok: false; readonly line: number; readonly message: string }

/** Reads JSON Lines as they arrive from a file, or from standard input for `-`. Blank lines are passed over. */
export async function* readJsonLines(file: string): AsyncGenerator<JsonLine> {
  const input = file === '-' ? process.stdin : createReadStream(file, 'utf8')
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
