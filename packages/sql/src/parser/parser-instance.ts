import { parserImports } from './parser-imports.ts'
import {
  type WebAssemblyMemory,
  type WebAssemblyModule,
  type WebAssemblyTable,
  webAssembly,
} from './web-assembly.ts'

type TextFunction = (
  dialect: number,
  dialectLength: number,
  text: number,
  textLength: number,
) => readonly [result: number, error: number, failed: number]

/** What the parser's WebAssembly module exports, as far as it is used. */
export interface ParserExports {
  readonly memory: WebAssemblyMemory
  readonly __wbindgen_externrefs: WebAssemblyTable
  readonly __wbindgen_start: () => void
  readonly __wbindgen_malloc: (size: number, align: number) => number
  readonly __externref_table_dealloc: (index: number) => void
  /** Gives a tree, as an index of the table. */
  readonly parse_sql: TextFunction
  /** Gives 1, and makes no tree. */
  readonly validate_sql: TextFunction
}

export const instantiateParser = (module: WebAssemblyModule): ParserExports => {
  let wasm: ParserExports | null = null
  const instance = new webAssembly.Instance(
    module,
    parserImports(module, () => wasm!),
  )
  wasm = instance.exports as unknown as ParserExports
  wasm.__wbindgen_start()
  return wasm
}

export type ParserAnswer =
  | { readonly kind: 'result'; readonly index: number }
  | { readonly kind: 'error'; readonly thrown: unknown }

const encoder = new TextEncoder()
const DIALECT = encoder.encode('snowflake')

/** Hands a text to one of the parser's functions. What throws here has killed the instance. */
export const callParser = (
  wasm: ParserExports,
  name: 'parse_sql' | 'validate_sql',
  text: string,
): ParserAnswer => {
  const dialect = writeBytes(wasm, DIALECT)
  const bytes = encoder.encode(text)
  const pointer = writeBytes(wasm, bytes)
  const [index, error, failed] = wasm[name](dialect, DIALECT.length, pointer, bytes.length)
  return failed ? { kind: 'error', thrown: takeObject(wasm, error) } : { kind: 'result', index }
}

/** Takes an object out of the table through which the module hands objects over. */
export const takeObject = (wasm: ParserExports, index: number): unknown => {
  const value = wasm.__wbindgen_externrefs.get(index)
  wasm.__externref_table_dealloc(index)
  return value
}

const writeBytes = (wasm: ParserExports, bytes: Uint8Array): number => {
  const pointer = wasm.__wbindgen_malloc(bytes.length, 1) >>> 0
  new Uint8Array(wasm.memory.buffer).set(bytes, pointer)
  return pointer
}
