import type { Connection, Statement, StatementOptions } from './subject.ts'

/** What a `complete` callback was given, and what `execute` had returned by then. */
export interface Completion {
  readonly error: unknown
  readonly statement: Statement
  readonly rows: unknown
  readonly argumentCount: number
  readonly returned: Statement
}

/** Runs a statement, and resolves with the first call of its `complete`. */
export const execute = async (connection: Connection, options: StatementOptions): Promise<Completion> =>
  await new Promise((resolve) => {
    const returned: Statement = connection.execute({
      ...options,
      complete: (...given: [unknown, Statement, unknown]) =>
        resolve({
          error: given[0],
          statement: given[1],
          rows: given[2],
          argumentCount: given.length,
          // Called later than `execute` returns, by both.
          returned,
        }),
    })
  })

/** The rows of a statement, or its error. */
export const rowsOf = async (
  connection: Connection,
  options: StatementOptions | string,
): Promise<unknown> => {
  const { error, rows } = await execute(
    connection,
    typeof options === 'string' ? { sqlText: options } : options,
  )
  return error ?? rows
}

/** What a function throws at once, or what it returns. */
export const thrownBy = (run: () => unknown): unknown => {
  try {
    return { returned: run() }
  } catch (error) {
    return { thrown: error }
  }
}

/** What a promise comes to. */
export const settled = async (run: () => unknown): Promise<unknown> => {
  let given: unknown
  try {
    given = run()
  } catch (error) {
    return { thrown: error }
  }
  try {
    return { resolved: await (given as Promise<unknown>) }
  } catch (error) {
    return { rejected: error }
  }
}

/** Everything that is ready to happen has happened, short of what comes over a socket. */
export const soon = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** The arguments of the first call of a function that takes a callback. */
export const calledBack = async (
  run: (callback: (...given: unknown[]) => void) => unknown,
): Promise<{ readonly given: readonly unknown[]; readonly returned: unknown; readonly isLater: boolean }> =>
  await new Promise((resolve) => {
    let returned: unknown
    let isLater = false
    const callback = (...given: unknown[]): void => {
      const wasLater = isLater
      queueMicrotask(() => resolve({ given, returned, isLater: wasLater }))
    }
    returned = run(callback)
    isLater = true
  })

interface DriverErrorMembers extends Error {
  readonly code?: unknown
  readonly sqlState?: unknown
  readonly isFatal?: unknown
}

/** What code that handles errors looks at, without the text. Anything but an error is given back. */
export const briefly = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error
  const { name, code, sqlState } = error as DriverErrorMembers
  return [name, code, sqlState]
}

/** The same with the text, for errors of the driver's own. */
export const inFull = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error
  const { name, code, sqlState, isFatal, message } = error as DriverErrorMembers
  return { name, code, sqlState, isFatal, message }
}

export const pause = async (milliseconds: number): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** A statement that runs until it is stopped. */
export const endless =
  "select count(*) as N from NUMBERS A cross join NUMBERS B where A.NAME || B.NAME like '%x%'"

/** What the process is told about, that nobody caught. */
export const uncaughtBy = async (run: (done: () => void) => void): Promise<unknown> => {
  const seen: unknown[] = []
  const listener = (error: unknown): void => void seen.push((error as Error).message)
  process.on('uncaughtException', listener)
  process.on('unhandledRejection', listener)
  await new Promise<void>((resolve) => run(() => setTimeout(resolve, 50)))
  process.off('uncaughtException', listener)
  process.off('unhandledRejection', listener)
  return seen
}
