import parseWorker from 'embedded:parse-worker'
import compressedParser from 'embedded:parser'
import { brotliDecompressSync } from 'node:zlib'

// Copies of the two files that are beside the published code. A bundler that makes one file leaves those behind.

/** The parser's WebAssembly. */
export const parser = (): Uint8Array => brotliDecompressSync(compressedParser)

/** The code of the trial's thread. */
export { parseWorker }
