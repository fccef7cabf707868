import { readFileSync } from 'node:fs'
import { Worker, type WorkerOptions } from 'node:worker_threads'

// Where the sources find the two files that the parser needs. A build puts `published-parser-files.ts` in its place.

/** The parser's WebAssembly, as its package brings it. */
export const readParser = (): Uint8Array =>
  readFileSync(
    new URL('../wasm/sqlparser_rs_wasm_bg.wasm', import.meta.resolve('@guanmingchiu/sqlparser-ts')),
  )

/** Starts the thread of `parse-worker.ts`. */
export const startParseWorker = (options: WorkerOptions): Worker =>
  new Worker(new URL('./parse-worker.ts', import.meta.url), options)
