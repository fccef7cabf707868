import { readFileSync } from 'node:fs'
import { Worker, type WorkerOptions } from 'node:worker_threads'

// `parser-files.ts` of a built package: both files are assets of its own, beside its code.

/** The parser's WebAssembly. */
export const readParser = (): Uint8Array => readFileSync(new URL('./sqlparser.wasm', import.meta.url))

/** Starts the thread of `parse-worker.ts`. */
export const startParseWorker = (options: WorkerOptions): Worker =>
  new Worker(new URL('./parse-worker.js', import.meta.url), options)
