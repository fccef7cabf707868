import type { WebAssemblyModule } from './web-assembly.ts'

/** What the trial and its thread say to each other through one shared number. */
export const trialSignal = { waiting: 0, ready: 1, ended: 2 } as const

/** What the thread is started with. */
export interface TrialData {
  readonly module: WebAssemblyModule
  readonly signal: Int32Array
}
