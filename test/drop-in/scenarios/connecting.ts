import { promisify } from 'node:util'
import { briefly, calledBack, endless, execute, inFull, rowsOf, settled, soon, thrownBy } from '../observe.ts'
import type { Scenario } from '../scenario.ts'
import type { Connection } from '../subject.ts'

/** How a callback of the connection's was called. */
const called = async (
  connection: Connection,
  run: (callback: (...given: unknown[]) => void) => unknown,
): Promise<unknown> => {
  const { given, returned, isLater } = await calledBack(run)
  return {
    length: given.length,
    error: inFull(given[0]),
    isConnection: given[1] === connection,
    returnsConnection: returned === connection,
    isLater,
  }
}

const connect = async (connection: Connection): Promise<unknown> =>
  await called(connection, (callback) => connection.connect(callback as never))
const destroy = async (connection: Connection): Promise<unknown> =>
  await called(connection, (callback) => connection.destroy(callback))

const refusingServer = { accessUrl: 'http://127.0.0.1:9', sfRetryMaxLoginRetries: 0, retryTimeout: 1 }

export const connectingScenarios: readonly Scenario[] = [
  {
    name: 'connect, and connect again',
    shows: ['connection.connect', 'connection.isUp', 'connection.destroy'],
    differs: [
      {
        member: 'connection.isUp',
        kind: 'differs',
        at: 'up.1',
        governed: /^true$/,
        why: 'true from `connect` on; with the driver from the moment its login is sent',
      },
    ],
    run: async (subject) => {
      const connection = subject.create()
      const before = connection.isUp()
      const first = connect(connection)
      const during = connection.isUp()
      const early = await connect(connection)
      return {
        up: [before, during],
        early,
        first: await first,
        again: await connect(connection),
        isUp: connection.isUp(),
        destroyed: await destroy(connection),
        isUpAfter: connection.isUp(),
        destroyedAgain: await destroy(connection),
        after: await connect(connection),
      }
    },
  },
  {
    name: 'connectAsync, and connectAsync again',
    shows: ['connection.connectAsync'],
    run: async (subject) => {
      const connection = subject.create()
      const promise = connection.connectAsync()
      return {
        isPromise: promise instanceof Promise,
        isConnection: (await promise) === connection,
        withCallback: await called(connection, (callback) => void connection.connectAsync(callback as never)),
      }
    },
  },
  {
    name: 'connectAsync with a callback calls it, and resolves with the connection',
    shows: ['connection.connectAsync'],
    run: async (subject) => {
      const connection = subject.create()
      const order: unknown[] = []
      const resolved = await connection.connectAsync(((...given: unknown[]) =>
        order.push(['callback', given.length, inFull(given[0]), given[1] === connection])) as never)
      order.push(['resolved', resolved === connection])
      await soon()
      return order
    },
  },
  {
    name: 'connectAsync on a connection that is connected, without a callback',
    shows: ['connection.connectAsync'],
    differs: [
      {
        member: 'connection.connectAsync',
        kind: 'differs',
        at: 'outcome',
        governed: /rejected/,
        why: 'without a callback a failure rejects; the driver’s promise resolves, and the program goes on without a session',
      },
    ],
    run: async (subject) => {
      const connection = await subject.open()
      const outcome = (await settled(async () => await connection.connectAsync())) as {
        rejected?: unknown
      }
      return {
        outcome: outcome.rejected ? { rejected: inFull(outcome.rejected) } : 'resolved',
        isUp: connection.isUp(),
      }
    },
  },
  {
    name: 'wrong callbacks are thrown at once',
    shows: ['connection.connect', 'connection.connectAsync', 'connection.destroy'],
    run: async (subject) => {
      const connection = subject.create()
      return {
        connect: [1, 'x', {}, []].map((callback) => thrownBy(() => connection.connect(callback as never))),
        destroy: [1, 'x', {}, []].map((callback) => thrownBy(() => connection.destroy(callback))),
        connectAsync: await settled(async () => await connection.connectAsync(1 as never)),
        harmless: [thrownBy(() => connection.destroy(null)), thrownBy(() => connection.destroy(undefined))]
          .length,
      }
    },
  },
  {
    name: 'a connection that was never connected',
    shows: [
      'connection.execute',
      'connection.destroy',
      'connection.isUp',
      'connection.isValidAsync',
      'errors',
    ],
    differs: [
      {
        member: 'connection.getQueryStatus',
        kind: 'differs',
        at: 'status',
        governed: /407001/,
        why: 'before `connect` it rejects with 407001; the driver rejects with a TypeError of its own',
      },
    ],
    run: async (subject) => {
      const connection = subject.create()
      const { error, rows, argumentCount, statement, returned } = await execute(connection, {
        sqlText: 'select 1',
      })
      return {
        isUp: connection.isUp(),
        isValid: await connection.isValidAsync(),
        isTokenValid: connection.isTokenValid(),
        error: inFull(error),
        keys: Object.keys(error as object).toSorted(),
        rows,
        argumentCount,
        isReturned: statement === returned,
        destroyed: await destroy(connection),
        heartbeat: inFull(
          ((await settled(() => connection.heartbeatAsync())) as { rejected?: unknown }).rejected,
        ),
        status: inFull(
          (
            (await settled(() => connection.getQueryStatus('01b2c3d4-0000-0000-0000-000000000000'))) as {
              rejected?: unknown
            }
          ).rejected,
        ),
      }
    },
  },
  {
    name: 'statements while the connection is connecting wait for it',
    shows: ['connection.execute', 'connection.connect'],
    run: async (subject) => {
      const connection = subject.create()
      connection.connect(() => {})
      return await Promise.all([rowsOf(connection, 'select 1 as X'), rowsOf(connection, 'select 2 as X')])
    },
  },
  {
    name: 'a connection that was destroyed',
    shows: ['connection.execute', 'connection.destroy', 'errors'],
    run: async (subject) => {
      const connection = await subject.open()
      const { statement } = await execute(connection, { sqlText: 'select 1 as X' })
      await destroy(connection)
      const { error } = await execute(connection, { sqlText: 'select 1' })
      const cancelled = await calledBack((callback) => statement.cancel(callback))
      return {
        error: inFull(error),
        isUp: connection.isUp(),
        isValid: await connection.isValidAsync(),
        isTokenValid: connection.isTokenValid(),
        heartbeat: inFull(
          ((await settled(() => connection.heartbeatAsync())) as { rejected?: unknown }).rejected,
        ),
        getters: [statement.getStatus(), statement.getNumRows(), statement.getColumns()?.length],
        cancelled: [cancelled.given.length, inFull(cancelled.given[0]), cancelled.given[1] === statement],
      }
    },
  },
  {
    name: 'destroy while a statement runs',
    shows: ['connection.destroy', 'errors'],
    run: async (subject) => {
      const connection = await subject.open()
      const running = execute(connection, { sqlText: endless })
      await new Promise((resolve) => setTimeout(resolve, 300))
      const destroyed = await destroy(connection)
      return { destroyed, running: inFull((await running).error) }
    },
  },
  {
    name: 'destroy with statements that were not sent yet',
    shows: ['connection.destroy'],
    run: async (subject) => {
      const connection = await subject.open()
      const running = [1, 2, 3].map(async (index) => {
        const { error, rows } = await execute(connection, { sqlText: `select ${index} as X` })
        return error ? 'failed' : rows
      })
      await destroy(connection)
      return (await Promise.all(running)).map((outcome) => outcome === 'failed' || Array.isArray(outcome))
    },
  },
  {
    name: 'destroy does not need a callback, and an unread stream does not stand in its way',
    shows: ['connection.destroy'],
    run: async (subject) => {
      const connection = await subject.open()
      const { statement } = await execute(connection, {
        sqlText: 'select ID from NUMBERS',
        streamResult: true,
      })
      statement.streamRows()
      const returned = connection.destroy()
      while (connection.isUp()) await soon()
      return returned === connection
    },
  },
  {
    name: 'a login that the server refuses',
    shows: ['connection.connect', 'connection.isUp', 'errors'],
    differs: [
      {
        member: 'connection.connect',
        kind: 'differs',
        at: 'error',
        governed: /OperationFailedError/,
        why: 'a session that is refused has the code of what refused it: identity, policy, lease or login',
      },
    ],
    run: async (subject) => {
      const connection = subject.create({ role: 'NO_SUCH_ROLE' })
      const { given, returned } = await calledBack((callback) => connection.connect(callback as never))
      const isUp = connection.isUp()
      const { error } = await execute(connection, { sqlText: 'select 1' })
      return {
        error: briefly(given[0]),
        isError: given[0] instanceof Error,
        isConnection: [given[1] === connection, returned === connection],
        isUp,
        execute: inFull(error),
        again: await connect(connection),
        destroyed: await destroy(connection),
      }
    },
  },
  {
    name: 'the user and the role of a session',
    shows: ['options.username', 'options.role', 'options.warehouse', 'options.database', 'options.schema'],
    differs: [
      {
        member: 'options.username',
        kind: 'differs',
        at: 'other',
        governed: /CLINIC_AGENT/,
        why: 'accepted and without effect: the lease names the user',
      },
    ],
    run: async (subject) => {
      const sqlText =
        'select current_user() as U, current_role() as R, current_warehouse() as W, current_database() as D, current_schema() as S'
      const connection = subject.create({ username: 'SOMEBODY_ELSE' })
      await calledBack((callback) => connection.connect(callback as never))
      const other = await execute(connection, { sqlText })
      return { own: await rowsOf(await subject.shared(), sqlText), other: other.rows ?? 'no session' }
    },
  },
  {
    name: 'a server that cannot be reached',
    shows: ['connection.connect', 'errors'],
    differs: [
      {
        member: 'errors',
        kind: 'differs',
        at: 'error.2',
        governed: /08001/,
        why: 'a warehouse that cannot be reached is told with SQLSTATE 08001 after seconds, where the driver tries for minutes',
      },
    ],
    run: async (subject) => {
      const connection = subject.create(refusingServer)
      const { given } = await calledBack((callback) => connection.connect(callback as never))
      const { name, code, sqlState, isFatal } = given[0] as unknown as Record<string, unknown>
      return { error: [name, code, sqlState, isFatal], isUp: connection.isUp() }
    },
  },
  {
    name: 'promisify, bind and destructuring',
    shows: ['connection.connect', 'connection.destroy', 'connection.execute'],
    run: async (subject) => {
      const connection = subject.create()
      const connected = await promisify(
        connection.connect.bind(connection) as never as (callback: unknown) => void,
      )()
      const [run, end, isUp] = [connection.execute, connection.destroy, connection.isUp].map((member) =>
        member.bind(connection),
      ) as never as [Connection['execute'], Connection['destroy'], Connection['isUp']]
      const rows = await new Promise((resolve) => {
        run({
          sqlText: 'select 1 as X',
          complete: (_error: unknown, _statement: unknown, given: unknown) => resolve(given),
        })
      })
      const up = isUp()
      await promisify(end as never as (callback: unknown) => void)()
      return [connected === (connection as unknown), rows, up, connection.isUp()]
    },
  },
]
