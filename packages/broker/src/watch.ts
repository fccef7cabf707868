/** Runs a task again and again with a pause between, until it is stopped. */
export interface Watch {
  /** Resolves when the run that is under way has ended. */
  stop(): Promise<void>
}

/** A failing run does not end the watch: it is tried again, and reported when the run before it had not failed. */
export const startWatch = (
  task: () => Promise<void>,
  pauseMilliseconds: number,
  onError: (error: unknown) => void,
): Watch => {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let isStopped = false
  let isFailing = false
  const run = async (): Promise<void> => {
    try {
      await task()
      isFailing = false
    } catch (error) {
      if (!isFailing) onError(error)
      isFailing = true
    }
  }
  const schedule = (): void => {
    if (isStopped) return
    timer = setTimeout(() => {
      running = run().then(schedule)
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
