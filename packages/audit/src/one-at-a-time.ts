/** Lets calls of a function begin only when the one before has ended, in the order in which they were made. */
export const oneAtATime = <Arguments extends readonly unknown[], Result>(
  run: (...args: Arguments) => Promise<Result>,
): ((...args: Arguments) => Promise<Result>) => {
  let last: Promise<unknown> = Promise.resolve()
  return (...args) => {
    const result = last.then(() => run(...args))
    last = result.catch(() => {})
    return result
  }
}
