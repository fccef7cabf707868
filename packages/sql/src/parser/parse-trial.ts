import type { Worker } from 'node:worker_threads'
import { startParseWorker } from './parser-files.ts'
import { type TrialData, trialSignal } from './trial-signal.ts'
import type { WebAssemblyModule } from './web-assembly.ts'

/** How long a text may take, and how long a new thread may take on top to come up. */
const DEADLINE_MS = 1_000
const START_MS = 5_000

/**
 * Parses a text in a thread of its own and waits for it, for a while. JavaScript can not stop a parser that runs in
 * its own thread, but it can end another. The thread is started when the first costly text comes, and kept.
 */
export class ParseTrial {
  readonly #module: WebAssemblyModule
  #thread: { readonly worker: Worker; readonly signal: Int32Array } | null = null

  constructor(module: WebAssemblyModule) {
    this.#module = module
  }

  /** Whether the parser comes to an end with the text, be it with a tree, an error or its own death. */
  endsInTime(text: string): boolean {
    const { worker, signal } = this.#thread ?? this.#start()
    Atomics.store(signal, 0, trialSignal.waiting)
    worker.postMessage(text)
    Atomics.wait(signal, 0, trialSignal.waiting, DEADLINE_MS)
    if (Atomics.load(signal, 0) === trialSignal.ended) return true
    this.#thread = null
    void worker.terminate()
    return false
  }

  #start() {
    const signal = new Int32Array(new SharedArrayBuffer(4))
    const worker = startParseWorker({
      workerData: { module: this.#module, signal } satisfies TrialData,
      // What the program was started with, such as modules to load first, is none of this thread's business.
      execArgv: [],
      env: {},
    })
    // A thread that fails to start never answers, which is a refusal; it must not end the process.
    worker.on('error', () => {})
    worker.unref()
    Atomics.wait(signal, 0, trialSignal.waiting, START_MS)
    this.#thread = { worker, signal }
    return this.#thread
  }
}
