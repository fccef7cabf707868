/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP. Later signals are ignored: what was started is being closed then,
 * and a terminal sends Ctrl-C to the whole process group while the npm above us passes it on once more.
 */
export const untilInterrupted = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, resolve)
  })
