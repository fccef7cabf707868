/** At most so long a group waits for more requests. */
const MAX_GATHERING_MS = 10
/** Groups that took less do not wait: timers have no shorter times than this. */
const MIN_GATHERING_MS = 1

export interface GroupOptions<T> {
  /** Takes the requests of the next group out of those that wait; at least the first. */
  take(waiting: T[]): T[]
  /** Answers the requests of a group. One group at a time. */
  run(group: readonly T[]): Promise<void>
  /** Answers one request of a group for which `run` failed, unless `run` has answered it. */
  fail(request: T, error: unknown): void
  /** Whether what `run` failed with would meet every group: then those that wait are answered with it, too. */
  concernsAll(error: unknown): boolean
}

/**
 * Gives the function that answers requests in groups: those that come while one group is under way make up the next.
 *
 * Right after a group of several requests the next group waits until as many came again, for at most the time that the
 * group before it took: the fewer the groups, the less each request costs. A request that comes alone waits for nothing.
 */
export const createGroups = <T>({
  take,
  run,
  fail,
  concernsAll,
}: GroupOptions<T>): ((request: T) => void) => {
  const waiting: T[] = []
  let isRunning = false
  let last = { requests: 0, milliseconds: 0, ended: 0 }
  let onGathered: (() => void) | undefined

  /** Milliseconds that the next group may still wait for company. */
  const timeToGather = (): number =>
    waiting.length >= last.requests
      ? 0
      : Math.min(last.milliseconds, MAX_GATHERING_MS) - (performance.now() - last.ended)

  const gather = async (milliseconds: number): Promise<void> => {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      onGathered = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    onGathered = undefined
  }

  const runAll = async (): Promise<void> => {
    isRunning = true
    while (waiting.length > 0) {
      const milliseconds = timeToGather()
      if (milliseconds >= MIN_GATHERING_MS) await gather(milliseconds)
      const group = take(waiting)
      const begun = performance.now()
      try {
        await run(group)
      } catch (error) {
        // A database that hangs holds no request longer than one group: a second try would take as long again.
        const failed = concernsAll(error) ? [...group, ...waiting.splice(0)] : group
        for (const request of failed) fail(request, error)
      }
      const ended = performance.now()
      last = { requests: group.length, milliseconds: ended - begun, ended }
    }
    isRunning = false
  }

  return (request) => {
    waiting.push(request)
    if (waiting.length >= last.requests) onGathered?.()
    if (!isRunning) void runAll()
  }
}
