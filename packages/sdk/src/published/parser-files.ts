import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Worker, type WorkerOptions } from 'node:worker_threads'
import type * as embeddedParser from './embedded-parser.ts'

// `parser-files.ts` of the published package: assets beside its code, and copies in it for programs that were bundled into
// one file. The copies take 30 ms of CPU to unpack; the asset is read in 3.

const require = createRequire(import.meta.url)
const embedded = () => require('./embedded-parser.cjs') as typeof embeddedParser

const parserFile = new URL('./sqlparser.wasm', import.meta.url)
const workerFile = new URL('./parse-worker.cjs', import.meta.url)

/** The parser's WebAssembly. */
export const readParser = (): Uint8Array =>
  existsSync(parserFile) ? readFileSync(parserFile) : embedded().parser()

/** Starts the thread of `parse-worker.ts`. */
export const startParseWorker = (options: WorkerOptions): Worker =>
  existsSync(workerFile)
    ? new Worker(workerFile, options)
    : new Worker(embedded().parseWorker, { ...options, eval: true })
