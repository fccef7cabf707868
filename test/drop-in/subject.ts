import snowflake from 'snowflake-sdk'

export type Snowflake = typeof snowflake
/** The driver's types leave members out, and scenarios call with what the types forbid. */
export type Connection = Omit<
  snowflake.Connection,
  'execute' | 'fetchResult' | 'getResultsFromQueryId' | 'destroy' | 'isAnError' | 'isStillRunning'
> & {
  execute(options?: unknown): Statement
  fetchResult(options?: unknown): Statement
  getResultsFromQueryId(options?: unknown): Promise<Statement>
  destroy(callback?: unknown): Connection
  isAnError(status?: unknown): boolean
  isStillRunning(status?: unknown): boolean
  heartbeat(callback?: unknown): unknown
  heartbeatAsync(): Promise<unknown>
  isTokenValid(): boolean
  getTokens(): unknown
  getClientSessionKeepAlive(): unknown
  getClientSessionKeepAliveHeartbeatFrequency(): unknown
  getJsTreatIntegerAsBigInt(): unknown
  determineConnectionDomain(): unknown
} & NodeJS.EventEmitter
export type Statement = Omit<snowflake.RowStatement, 'cancel' | 'streamRows' | 'fetchRows' | 'getColumn'> & {
  cancel(callback?: unknown): unknown
  streamRows(options?: unknown): import('node:stream').Readable
  fetchRows(options?: unknown): unknown
  getColumn(nameOrIndex?: unknown): snowflake.Column
  hasNext?(): boolean
  NextResult?(): void
}

export type StatementOptions = Readonly<Record<string, unknown>>

/** What a scenario is given: the module that the name `snowflake-sdk` leads to, and connections made with it. */
export interface Subject {
  readonly snowflake: Snowflake
  /** Options as a program for the driver writes them, credential included. */
  options(extra?: Record<string, unknown>): snowflake.ConnectionOptions
  /** A connection that was not connected yet. */
  create(extra?: Record<string, unknown>): Connection
  /** One connection that all scenarios share. */
  shared(): Promise<Connection>
  /** A connection of the scenario's own. */
  open(extra?: Record<string, unknown>): Promise<Connection>
  /** Ends the connections that a scenario opened. */
  endScenario(): Promise<void>
  close(): Promise<void>
}

const environment = (name: string): string => {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set`)
  return value
}

const connect = async (connection: Connection): Promise<Connection> => {
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()))
  })
  return connection
}

const destroy = async (connection: Connection): Promise<void> => {
  await new Promise<void>((resolve) => {
    connection.destroy(() => resolve())
  })
}

export const createSubject = (): Subject => {
  const made: Connection[] = []
  let shared: Promise<Connection> | undefined
  const options: Subject['options'] = (extra = {}) =>
    ({
      account: environment('DROP_IN_ACCOUNT'),
      accessUrl: environment('DROP_IN_ACCESS_URL'),
      username: environment('DROP_IN_USER'),
      authenticator: 'OAUTH',
      token: environment('DROP_IN_TOKEN'),
      role: environment('DROP_IN_ROLE'),
      warehouse: 'AGENTS',
      database: 'CLINIC',
      schema: environment('DROP_IN_SCHEMA'),
      ...extra,
    }) as snowflake.ConnectionOptions
  const create: Subject['create'] = (extra) => {
    const connection = snowflake.createConnection(options(extra)) as unknown as Connection
    made.push(connection)
    return connection
  }
  return {
    snowflake,
    options,
    create,
    shared: async () => {
      shared ??= connect(snowflake.createConnection(options()) as unknown as Connection)
      return await shared
    },
    open: async (extra) => await connect(create(extra)),
    endScenario: async () => {
      await Promise.all(made.splice(0).map(destroy))
    },
    close: async () => {
      if (shared) await destroy(await shared)
    },
  }
}
