import { readFile } from 'node:fs/promises'
import { SnowfenceError } from '@snowfence/core'
import {
  type WebAssemblyImports,
  type WebAssemblyMemory,
  type WebAssemblyModule,
  type WebAssemblyTable,
  webAssembly,
} from './web-assembly.ts'

interface ParserExports {
  readonly memory: WebAssemblyMemory
  readonly __wbindgen_externrefs: WebAssemblyTable
  readonly __wbindgen_start: () => void
  readonly __wbindgen_malloc: (size: number, align: number) => number
  readonly __wbindgen_free: (pointer: number, size: number, align: number) => void
  readonly __externref_table_dealloc: (index: number) => void
  readonly parse_sql_to_json_string: (
    dialect: number,
    dialectLength: number,
    text: number,
    textLength: number,
  ) => [pointer: number, length: number, error: number, failed: number]
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

const DIALECT = new TextEncoder().encode('snowflake')
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
   * Gives the statements of the text as JSON text.
   *
   * @throws ParseFailure for text that is not SQL; anything else that is thrown means that the instance died,
   * and the next call gets a new one.
   */
  parseToJson(text: string): string {
    this.#instance ??= this.#instantiate()
    const wasm = this.#instance
    let alive = false
    try {
      const dialect = writeBytes(wasm, DIALECT)
      const bytes = new TextEncoder().encode(text)
      const pointer = writeBytes(wasm, bytes)
      const [json, length, error, failed] = wasm.parse_sql_to_json_string(
        dialect,
        DIALECT.length,
        pointer,
        bytes.length,
      )
      if (failed) {
        const thrown: unknown = wasm.__wbindgen_externrefs.get(error)
        wasm.__externref_table_dealloc(error)
        alive = true
        throw new ParseFailure(messageOf(thrown))
      }
      const result = readString(wasm, json, length)
      wasm.__wbindgen_free(json, length, 1)
      alive = wasm.memory.buffer.byteLength <= MAX_MEMORY_BYTES
      return result
    } finally {
      if (!alive) this.#instance = null
    }
  }

  #instantiate(): ParserExports {
    this.#instances += 1
    let wasm: ParserExports | null = null
    const instance = new webAssembly.Instance(
      this.#module,
      importsFor(this.#module, () => wasm!),
    )
    wasm = instance.exports as unknown as ParserExports
    wasm.__wbindgen_start()
    return wasm
  }
}

const messageOf = (thrown: unknown): string => {
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown) return String(thrown.message)
  return String(thrown)
}

const writeBytes = (wasm: ParserExports, bytes: Uint8Array): number => {
  const pointer = wasm.__wbindgen_malloc(bytes.length, 1) >>> 0
  new Uint8Array(wasm.memory.buffer).set(bytes, pointer)
  return pointer
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })
const readString = (wasm: ParserExports, pointer: number, length: number): string =>
  decoder.decode(new Uint8Array(wasm.memory.buffer, pointer >>> 0, length))

type ImportFunction = (...values: never[]) => unknown

/** The few functions that the module calls while it parses to a string, by the stable part of their names. */
const importFunctions = (wasm: () => ParserExports): Readonly<Record<string, ImportFunction>> => ({
  __wbg_Error: (pointer: number, length: number) => new Error(readString(wasm(), pointer, length)),
  __wbg_new: () => ({}),
  __wbg_set: (target: Record<string, unknown>, key: string, value: unknown) => {
    target[key] = value
  },
  __wbindgen_cast_0000000000000001: (value: number) => value,
  __wbindgen_cast_0000000000000002: (value: bigint) => value,
  __wbindgen_cast_0000000000000003: (pointer: number, length: number) => readString(wasm(), pointer, length),
  __wbindgen_init_externref_table: () => {
    const table = wasm().__wbindgen_externrefs
    const offset = table.grow(4)
    table.set(0, undefined)
    for (const [index, value] of [undefined, null, true, false].entries()) table.set(offset + index, value)
  },
})

/** Everything else that the module may import ends the instance when it is called. */
const importsFor = (module: WebAssemblyModule, wasm: () => ParserExports): WebAssemblyImports => {
  const known = importFunctions(wasm)
  const imports: WebAssemblyImports = {}
  for (const { module: from, name } of webAssembly.Module.imports(module)) {
    imports[from] ??= {}
    imports[from][name] =
      known[name] ??
      known[name.replace(/_[0-9a-f]{16}$/, '')] ??
      (() => {
        throw new Error('the parser called a function that parsing does not need')
      })
  }
  return imports
}
