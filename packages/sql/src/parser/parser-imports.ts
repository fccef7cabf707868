import type { ParserExports } from './parser-instance.ts'
import { type WebAssemblyImports, type WebAssemblyModule, webAssembly } from './web-assembly.ts'

const LOWER_A = 97

type ImportFunction = (...values: never[]) => unknown
type Target = Record<string | number, unknown>

/**
 * The few functions that the module calls while it makes a tree, by their names in the pinned version of the parser.
 * Another version has other names, and then does not start.
 */
const importFunctions = (
  wasm: () => ParserExports,
  readText: (pointer: number, length: number) => string,
): Readonly<Record<string, ImportFunction>> => ({
  __wbg_Error_fdd633d4bb5dd76a: (pointer: number, length: number) => new Error(readText(pointer, length)),
  __wbg___wbindgen_is_undefined_721f8decd50c87a3: (value: unknown) => value === undefined,
  __wbg_fromCodePoint_93fb75ffd4cdf384: (codePoint: number) => String.fromCodePoint(codePoint >>> 0),
  __wbg_new_2e117a478906f062: () => ({}),
  __wbg_new_36e147a8ced3c6e0: () => [],
  __wbg_set_6be42768c690e380: (target: Target, key: string, value: unknown) => {
    // A field (lower case) that holds nothing is left out; a variant (upper case) is told by its key alone.
    if (value !== undefined || key.charCodeAt(0) < LOWER_A) target[key] = value
  },
  __wbg_set_dc601f4a69da0bc2: (target: Target, index: number, value: unknown) => {
    target[index] = value
  },
  __wbindgen_cast_0000000000000001: (value: number) => value,
  __wbindgen_cast_0000000000000002: (value: bigint) => Number(value),
  __wbindgen_cast_0000000000000003: readText,
  __wbindgen_cast_0000000000000004: (value: bigint) => Number(value),
  __wbindgen_init_externref_table: () => {
    const table = wasm().__wbindgen_externrefs
    const offset = table.grow(4)
    table.set(0, undefined)
    for (const [index, value] of [undefined, null, true, false].entries()) table.set(offset + index, value)
  },
})

/** Everything else that the module may import ends the instance when it is called. */
export const parserImports = (module: WebAssemblyModule, wasm: () => ParserExports): WebAssemblyImports => {
  const known = importFunctions(wasm, createTextReader(wasm))
  const imports: WebAssemblyImports = {}
  for (const { module: from, name } of webAssembly.Module.imports(module)) {
    imports[from] ??= {}
    imports[from][name] =
      known[name] ??
      (() => {
        throw new Error('the parser called a function that parsing does not need')
      })
  }
  return imports
}

/** Reads strings out of the parser's memory, which are UTF-8 as every string of Rust is. */
const createTextReader = (wasm: () => ParserExports): ((pointer: number, length: number) => string) => {
  let bytes = Buffer.alloc(0)
  return (signedPointer, length) => {
    // Memory that grows gets another buffer, and the one before becomes empty.
    if (bytes.length === 0) bytes = Buffer.from(wasm().memory.buffer)
    const start = signedPointer >>> 0
    return bytes.toString('utf8', start, start + length)
  }
}
