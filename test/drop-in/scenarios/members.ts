import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import { inspect } from 'node:util'
import { execute, rowsOf } from '../observe.ts'
import type { Scenario } from '../scenario.ts'

const emitterMembers = new Set<PropertyKey>([
  ...Reflect.ownKeys(EventEmitter.prototype),
  ...Reflect.ownKeys(Object.prototype),
  ...Reflect.ownKeys(new EventEmitter()),
])

/** Members, own or inherited, beyond those of every event emitter. */
const membersOf = (value: object): readonly string[] => {
  const names = new Set<string>()
  for (
    let at: object | null = value;
    at && at !== EventEmitter.prototype;
    at = Object.getPrototypeOf(at) as object | null
  )
    for (const name of Reflect.ownKeys(at)) if (!emitterMembers.has(name)) names.add(String(name))
  return [...names].toSorted()
}

const enumerated = (value: object): readonly string[] => {
  const names: string[] = []
  for (const name in value) names.push(name)
  return names.filter((name) => !emitterMembers.has(name)).toSorted()
}

const added = (what: string): string =>
  `${what} has members more than the driver’s: its promise forms, and none that leads inside`

export const memberScenarios: readonly Scenario[] = [
  {
    name: 'every member of a connection is there',
    shows: ['connection (its members)'],
    differs: [
      {
        member: 'connection (its members)',
        kind: 'differs',
        at: 'more',
        governed: /query/,
        why: added('a governed connection'),
      },
    ],
    run: async (subject) => {
      const connection = await subject.shared()
      const known = new Set(driverConnection)
      return {
        members: membersOf(connection).filter((name) => known.has(name)),
        more: membersOf(connection).filter((name) => !known.has(name)),
        types: driverConnection.map(
          (name) => typeof (connection as unknown as Record<string, unknown>)[name],
        ),
        arity: driverConnection.map(
          (name) => ((connection as unknown as Record<string, unknown>)[name] as { length: number }).length,
        ),
      }
    },
  },
  {
    name: 'the members of a connection can be enumerated, copied and replaced',
    shows: ['connection (its members)'],
    run: async (subject) => {
      const connection = await subject.open()
      const known = new Set(driverConnection)
      const copy = { ...connection }
      const rows = await rowsOf(copy, 'select 1 as X')
      let seen: unknown
      const original = connection.execute
      connection.execute = (options) => {
        seen = (options as { sqlText: unknown }).sqlText
        return original.call(connection, options)
      }
      return {
        enumerated: enumerated(connection).filter((name) => known.has(name)),
        keys: Object.keys(connection)
          .filter((name) => known.has(name))
          .toSorted(),
        rows,
        patched: [await rowsOf(connection, 'select 2 as X'), seen],
        descriptor: Object.keys(Object.getOwnPropertyDescriptor(connection, 'isUp') ?? {}),
      }
    },
  },
  {
    name: 'a connection is an event emitter on which nothing is emitted',
    shows: ['connection (as an event emitter)'],
    run: async (subject) => {
      const connection = await subject.open()
      const seen: unknown[] = []
      const { emit } = connection
      connection.emit = (...given: Parameters<typeof emit>) => {
        seen.push(given[0])
        return emit.apply(connection, given)
      }
      connection.on('mine', (...given: unknown[]) => seen.push(given))
      connection.emit('mine', 1, 2)
      await rowsOf(connection, 'select 1 as X')
      return {
        seen,
        isEmitter: connection instanceof EventEmitter,
        listeners: connection.listenerCount('mine'),
        names: connection.eventNames(),
        max: connection.getMaxListeners(),
        json: JSON.stringify(connection),
        isThenable: 'then' in connection,
        text: [String(connection), Object.prototype.toString.call(connection)],
      }
    },
  },
  {
    name: 'every member of a statement is there',
    shows: ['statement (its members)'],
    differs: [
      {
        member: 'statement (its members)',
        kind: 'differs',
        at: 'more',
        governed: /hasNext/,
        why: 'every governed statement answers `hasNext` and `NextResult`; of the driver’s only those of several results',
      },
    ],
    run: async (subject) => {
      const { statement } = await execute(await subject.shared(), { sqlText: 'select 1 as X' })
      const known = new Set(driverStatement)
      const record = statement as unknown as Record<string, unknown>
      return {
        members: membersOf(statement).filter((name) => known.has(name)),
        more: membersOf(statement).filter((name) => !known.has(name)),
        keys: Object.keys(statement)
          .filter((name) => known.has(name))
          .toSorted(),
        types: driverStatement.map((name) => typeof record[name]),
        arity: driverStatement.map((name) => (record[name] as { length: number }).length),
        isEmitter: statement instanceof EventEmitter,
        isThenable: 'then' in record,
        json: JSON.stringify(statement),
      }
    },
  },
  {
    name: 'every member of a column is there, and none reads a row',
    shows: ['column (its members)', 'column._getRowValue', 'column._getRowValueAsString'],
    differs: ['column._getRowValue', 'column._getRowValueAsString'].map((member, index) => ({
      member,
      kind: 'refused' as const,
      at: `extractors.${index}`,
      governed: /undefined/,
      why: 'it reads raw values out of the driver’s rows; it is no member of the driver’s types',
    })),
    run: async (subject) => {
      const { statement } = await execute(await subject.shared(), { sqlText: 'select 1 as X' })
      const column = statement.getColumn(0)
      const names = membersOf(column).filter((name) => !name.startsWith('_getRow') && name !== 'constructor')
      return {
        names,
        keys: Object.keys(column)
          .filter((name) => !name.startsWith('_'))
          .toSorted(),
        extractors: ['_getRowValue', '_getRowValueAsString'].map(
          (name) => typeof (column as unknown as Record<string, unknown>)[name],
        ),
      }
    },
  },
  {
    name: 'a stream of rows is a Readable',
    shows: ['statement.streamRows'],
    run: async (subject) => {
      const { statement } = await execute(await subject.shared(), {
        sqlText: 'select 1 as X',
        streamResult: true,
      })
      const stream = statement.streamRows()
      const isReadable = [stream instanceof Readable, typeof stream[Symbol.asyncIterator]]
      stream.destroy()
      return isReadable
    },
  },
  {
    name: 'what is printed of a connection, a statement, a column and a stream',
    shows: ['connection (printed)', 'statement (printed)'],
    differs: (['connection', 'statement', 'column', 'stream'] as const).map((what) => ({
      member: what === 'connection' ? 'connection (printed)' : 'statement (printed)',
      kind: 'differs' as const,
      at: what,
      governed: /./,
      why: 'everything that holds a token, a driver object or a raw value is in private fields, so printing shows none of it',
    })),
    run: async (subject) => {
      const connection = await subject.shared()
      const { statement } = await execute(connection, {
        sqlText: "select 'SECRET-VALUE' as X",
        streamResult: true,
      })
      const stream = statement.streamRows()
      const leaks = (value: unknown): unknown => {
        const text = inspect(value, { depth: 12, showHidden: true, getters: true })
        return ['SECRET-VALUE', 'eyJ', 'services', 'connectionConfig', 'tokenInfo', '_config'].map((word) =>
          text.includes(word),
        )
      }
      const seen = {
        connection: inspect(connection, { depth: 0 }).split(' ')[0],
        statement: inspect(statement, { depth: 0 }).split(' ')[0],
        column: inspect(statement.getColumn(0), { depth: 0 }).split(' ')[0],
        stream: inspect(stream, { depth: 0 }).split(' ')[0],
        leaks: [connection, statement, statement.getColumn(0)].map(leaks),
      }
      stream.destroy()
      return seen
    },
  },
]

const driverConnection = [
  'getTokens',
  'isUp',
  'isTokenValid',
  'getServiceName',
  'getClientSessionKeepAlive',
  'getClientSessionKeepAliveHeartbeatFrequency',
  'getJsTreatIntegerAsBigInt',
  'getId',
  'heartbeat',
  'heartbeatAsync',
  'isValidAsync',
  'setupOcspPrivateLink',
  'determineConnectionDomain',
  'connect',
  'connectAsync',
  'execute',
  'fetchResult',
  'destroy',
  'getQueryStatus',
  'getQueryStatusThrowIfError',
  'getResultsFromQueryId',
  'isStillRunning',
  'isAnError',
  'serialize',
]

const driverStatement = [
  'getSqlText',
  'getStatus',
  'getColumns',
  'getColumn',
  'getNumRows',
  'getNumUpdatedRows',
  'getSessionState',
  'getRequestId',
  'getStatementId',
  'getQueryId',
  'cancel',
  'getQueryContextCacheSize',
  'getQueryContextDTOSize',
  'fetchRows',
  'streamRows',
]
