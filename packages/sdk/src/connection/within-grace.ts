/** How long the end of a connection waits for what does not heed it, such as an approval gate of the program's. */
const GRACE_MS = 2_000

/** Waits until all have ended in whatever way, and no longer than that: two seconds by default. */
export const withinGrace = async (
  ending: readonly Promise<unknown>[],
  milliseconds = GRACE_MS,
): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const grace = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  await Promise.race([Promise.allSettled(ending), grace])
  clearTimeout(timer)
}
