import { briefly, calledBack, endless, execute, pause, rowsOf, thrownBy } from '../observe.ts'
import type { Scenario } from '../scenario.ts'
import type { Connection, Statement } from '../subject.ts'

/** Runs, cancels when `when` resolves, and tells what both callbacks were given. */
const cancelled = async (
  connection: Connection,
  options: Record<string, unknown>,
  when: () => Promise<void>,
): Promise<unknown> => {
  let statement: Statement | undefined
  const completed = new Promise<unknown>((resolve) => {
    statement = connection.execute({
      ...options,
      complete: (...given: unknown[]) => resolve([briefly(given[0]), given.length, given[1] === statement]),
    })
  })
  await when()
  const { given, returned } = await calledBack((callback) => statement?.cancel(callback))
  return {
    completed: await completed,
    length: given.length,
    error: briefly(given[0]),
    isStatement: given[1] === statement,
    returned,
  }
}

export const cancelScenarios: readonly Scenario[] = [
  {
    name: 'cancel at once, while it runs, and when it has ended',
    shows: ['statement.cancel'],
    run: async (subject) => {
      const connection = await subject.open()
      const ended = await execute(connection, { sqlText: 'select 1 as X' })
      const late = await calledBack((callback) => ended.statement.cancel(callback))
      return {
        running: await cancelled(connection, { sqlText: endless }, async () => await pause(500)),
        late: [late.given.length, briefly(late.given[0]), late.given[1] === ended.statement, late.returned],
        after: await rowsOf(connection, 'select 1 as X'),
        withoutCallback: ended.statement.cancel(),
      }
    },
  },
  {
    name: 'cancel before the statement was sent',
    shows: ['statement.cancel'],
    run: async (subject) => {
      const connection = await subject.open()
      const seen = (await cancelled(connection, { sqlText: endless }, async () => {})) as {
        completed: unknown[]
      }
      return { completed: seen.completed }
    },
  },
  {
    name: 'a callback of cancel that is none',
    shows: ['statement.cancel'],
    run: async (subject) => {
      const { statement } = await execute(await subject.shared(), { sqlText: 'select 1 as X' })
      return [1, 'x', null, {}].map((callback) => thrownBy(() => statement.cancel(callback)))
    },
  },
]
