import { constants } from 'node:os'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const end = (signal: NodeJS.Signals): never => process.exit(128 + constants.signals[signal])

/**
 * Runs a start that a signal ends at once, whatever it waits for: what was made so far is as after a crash.
 *
 * Without a handler the kernel ends the process, even one that is in a loop. The first process of a container is the
 * exception: the kernel drops its signals unless there is a handler, and the handler waits for a file that is being read.
 */
export const endStartAtSignal = async <T>(start: () => Promise<T>): Promise<T> => {
  if (process.pid !== 1) return await start()
  for (const signal of SIGNALS) process.on(signal, end)
  try {
    return await start()
  } finally {
    for (const signal of SIGNALS) process.off(signal, end)
  }
}
