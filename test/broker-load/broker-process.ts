import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { BrokerConfigInput } from '@snowfence/broker'

const script = fileURLToPath(new URL('./run-load-broker.ts', import.meta.url))

/** A broker in a process of its own, so that it can be killed and its memory measured. */
export interface BrokerProcess {
  readonly url: string
  readonly pid: number
  /** Resolves with the exit code when the process ends; null after a signal. */
  readonly ended: Promise<number | null>
  /** Whether the process is still there. */
  isRunning(): boolean
  /** Moves the broker's clock so many milliseconds ahead of the machine's. */
  setAhead(milliseconds: number): void
  /** Megabytes of memory that the process holds (resident set). Linux only. */
  residentMegabytes(): Promise<number>
  kill(signal?: NodeJS.Signals): Promise<void>
}

/** Brokers that share a database have one public address, wherever they listen. */
const withPublicUrl = (config: BrokerConfigInput): BrokerConfigInput =>
  config.databaseUrl === undefined ? config : { publicUrl: 'https://broker.example', ...config }

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    if (child.stdout === null) return reject(new Error('the broker has no output'))
    createInterface({ input: child.stdout }).once('line', resolve)
    child.once('exit', (code) => reject(new Error(`the broker ended with ${code}`)))
  })

/** Starts a broker and waits until it listens: from its sources, or the built package for measurements. */
export const startBrokerProcess = async (
  config: BrokerConfigInput,
  from: 'source' | 'build' = 'source',
): Promise<BrokerProcess> => {
  const conditions = from === 'source' ? ['--conditions=snowfence-source'] : []
  const child = spawn(
    process.execPath,
    [...conditions, '--disable-warning=ExperimentalWarning', script, JSON.stringify(withPublicUrl(config))],
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  )
  // A parent that ends does not wait for the channel.
  child.channel?.unref()
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const url = await firstLine(child)
  const pid = child.pid as number
  return {
    url,
    pid,
    ended,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    setAhead: (milliseconds) => void child.send({ ahead: milliseconds }),
    async residentMegabytes() {
      const status = await readFile(`/proc/${pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
    },
    async kill(signal = 'SIGKILL') {
      child.kill(signal)
      await ended
    },
  }
}
