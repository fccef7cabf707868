/** Runs a task again and again with a pause between, until it is stopped. */
export interface Watch {
  /** Resolves when the run that is under way has ended. */
  stop(): Promise<void>
}

/** A failing run does not end the watch: it is reported and tried again. */
export const startWatch = (
  task: () => Promise<void>,
  pauseMilliseconds: number,
  onError: (error: unknown) => void,
): Watch => {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let isStopped = false
  const schedule = (): void => {
    if (isStopped) return
    timer = setTimeout(() => {
      running = task().catch(onError).then(schedule)
    }, pauseMilliseconds)
    timer.unref()
  }
  schedule()
  return {
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await running
    },
  }
}
