import { parentPort, workerData } from 'node:worker_threads'
import { callParser, instantiateParser, type ParserExports } from './parser-instance.ts'
import { type TrialData, trialSignal } from './trial-signal.ts'

const { module, signal } = workerData as TrialData
let wasm: ParserExports | null = null

const tell = (value: number): void => {
  Atomics.store(signal, 0, value)
  Atomics.notify(signal, 0)
}

parentPort?.on('message', (text: string) => {
  try {
    wasm ??= instantiateParser(module)
    callParser(wasm, 'validate_sql', text)
  } catch {
    wasm = null
  } finally {
    tell(trialSignal.ended)
  }
})
tell(trialSignal.ready)
