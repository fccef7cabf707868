import { SnowfenceError } from '@snowfence/core'
import { ParseTrial } from './parse-trial.ts'
import { readParser } from './parser-files.ts'
import { callParser, instantiateParser, type ParserExports, takeObject } from './parser-instance.ts'
import { type WebAssemblyModule, webAssembly } from './web-assembly.ts'

/** The text is not SQL that the parser knows. `line` and `column` are 1-based, and 0 where the parser names no place. */
export class ParseFailure extends Error {
  readonly line: number
  readonly column: number
  /** Whether the text ended where the parser expected more. */
  readonly isAtEnd: boolean

  constructor(message: string) {
    super('the text could not be parsed')
    this.isAtEnd = /found: EOF/.test(message)
    const place = /Line: (\d+), Column: (\d+)/.exec(message)
    this.line = Number(place?.[1] ?? 0)
    this.column = Number(place?.[2] ?? 0)
  }
}

/** The parser did not come to an end in time. */
export class ParseTimeout extends Error {}

/** WebAssembly memory never shrinks: an instance that a large text has blown up is replaced. */
const MAX_MEMORY_BYTES = 128 * 1024 * 1024

let compiling: Promise<WebAssemblyModule> | null = null

/**
 * Begins to compile the parser, which takes other threads than the caller's: whoever does so before work that blocks
 * does not wait for it afterwards. The whole process compiles it once.
 *
 * Read at once and not in the background, so that compiling begins before the caller goes on.
 */
export const compileParser = (): Promise<WebAssemblyModule> => {
  compiling ??= (async () => await webAssembly.compile(readParser()))()
  // Told to the one who needs the parser, who tries again.
  compiling.catch(() => {
    compiling = null
  })
  return compiling
}

/**
 * The only user of the parser's WebAssembly module, compiled once. An instance that traps is dead for good, and
 * the library's own glue holds a single one, so this glue makes instances as needed.
 */
export class ParserEngine {
  readonly #module: WebAssemblyModule
  readonly #trial: ParseTrial
  #instance: ParserExports | null
  #instances = 1

  private constructor(module: WebAssemblyModule) {
    this.#module = module
    this.#trial = new ParseTrial(module)
    this.#instance = instantiateParser(module)
  }

  /** @throws ERR_SQL_ENGINE_FAILED */
  static async load(): Promise<ParserEngine> {
    try {
      return new ParserEngine(await compileParser())
    } catch (cause) {
      throw new SnowfenceError('ERR_SQL_ENGINE_FAILED', { cause })
    }
  }

  /** How many instances were made so far. */
  get instances(): number {
    return this.#instances
  }

  /**
   * Gives the statements of the text as a tree of plain objects.
   *
   * @param isCostly - whether the text is first tried where it can be stopped
   * @throws ParseFailure for text that is not SQL, ParseTimeout for a costly one that takes too long; anything else
   * that is thrown means that the instance died, and the next call gets a new one.
   */
  parse(text: string, isCostly = false): unknown {
    if (isCostly && !this.#trial.endsInTime(text)) throw new ParseTimeout()
    if (this.#instance === null) {
      this.#instance = instantiateParser(this.#module)
      this.#instances += 1
    }
    const wasm = this.#instance
    let isAlive = false
    try {
      const answer = callParser(wasm, 'parse_sql', text)
      const tree = answer.kind === 'result' ? takeObject(wasm, answer.index) : null
      isAlive = wasm.memory.buffer.byteLength <= MAX_MEMORY_BYTES
      if (answer.kind === 'error') throw new ParseFailure(messageOf(answer.thrown))
      return tree
    } finally {
      if (!isAlive) this.#instance = null
    }
  }
}

const messageOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'message' in thrown
    ? String(thrown.message)
    : String(thrown)
