import { readFile } from 'node:fs/promises'
import { SnowfenceError } from '@snowfence/core'
import { parserImports } from './parser-imports.ts'
import {
  type WebAssemblyMemory,
  type WebAssemblyModule,
  type WebAssemblyTable,
  webAssembly,
} from './web-assembly.ts'

export interface ParserExports {
  readonly memory: WebAssemblyMemory
  readonly __wbindgen_externrefs: WebAssemblyTable
  readonly __wbindgen_start: () => void
  readonly __wbindgen_malloc: (size: number, align: number) => number
  readonly __externref_table_dealloc: (index: number) => void
  readonly parse_sql: (
    dialect: number,
    dialectLength: number,
    text: number,
    textLength: number,
  ) => [result: number, error: number, failed: number]
}

/** The text is not SQL that the parser knows. `line` and `column` are 1-based, and 0 where the parser names no place. */
export class ParseFailure extends Error {
  readonly line: number
  readonly column: number

  constructor(message: string) {
    super('the text could not be parsed')
    const place = /Line: (\d+), Column: (\d+)/.exec(message)
    this.line = Number(place?.[1] ?? 0)
    this.column = Number(place?.[2] ?? 0)
  }
}

const encoder = new TextEncoder()
const DIALECT = encoder.encode('snowflake')
/** WebAssembly memory never shrinks: an instance that a large text has blown up is replaced. */
const MAX_MEMORY_BYTES = 128 * 1024 * 1024

/**
 * The only user of the parser's WebAssembly module, compiled once. An instance that traps is dead for good, and
 * the library's own glue holds a single one, so this glue makes instances as needed.
 */
export class ParserEngine {
  readonly #module: WebAssemblyModule
  #instance: ParserExports | null = null
  #instances = 0

  private constructor(module: WebAssemblyModule) {
    this.#module = module
  }

  /** @throws ERR_SQL_ENGINE_FAILED */
  static async load(): Promise<ParserEngine> {
    try {
      const entry = import.meta.resolve('@guanmingchiu/sqlparser-ts')
      const bytes = await readFile(new URL('../wasm/sqlparser_rs_wasm_bg.wasm', entry))
      const engine = new ParserEngine(await webAssembly.compile(bytes))
      engine.#instance = engine.#instantiate()
      return engine
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
   * @throws ParseFailure for text that is not SQL; anything else that is thrown means that the instance died,
   * and the next call gets a new one.
   */
  parse(text: string): unknown {
    this.#instance ??= this.#instantiate()
    const wasm = this.#instance
    let isAlive = false
    try {
      const dialect = writeBytes(wasm, DIALECT)
      const bytes = encoder.encode(text)
      const pointer = writeBytes(wasm, bytes)
      const [result, error, failed] = wasm.parse_sql(dialect, DIALECT.length, pointer, bytes.length)
      const value: unknown = wasm.__wbindgen_externrefs.get(failed ? error : result)
      wasm.__externref_table_dealloc(failed ? error : result)
      isAlive = wasm.memory.buffer.byteLength <= MAX_MEMORY_BYTES
      if (failed) throw new ParseFailure(messageOf(value))
      return value
    } finally {
      if (!isAlive) this.#instance = null
    }
  }

  #instantiate(): ParserExports {
    this.#instances += 1
    let wasm: ParserExports | null = null
    const instance = new webAssembly.Instance(
      this.#module,
      parserImports(this.#module, () => wasm!),
    )
    wasm = instance.exports as unknown as ParserExports
    wasm.__wbindgen_start()
    return wasm
  }
}

const messageOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'message' in thrown
    ? String(thrown.message)
    : String(thrown)

const writeBytes = (wasm: ParserExports, bytes: Uint8Array): number => {
  const pointer = wasm.__wbindgen_malloc(bytes.length, 1) >>> 0
  new Uint8Array(wasm.memory.buffer).set(bytes, pointer)
  return pointer
}
