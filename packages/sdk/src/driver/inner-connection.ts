import type { Lease } from '@snowfence/core'
import { withinGrace } from '../connection/within-grace.ts'
import { type ExecutableState, type SessionContext, spendExecutable } from '../pipeline/statement-states.ts'
import { runAsDriver } from './driver-context.ts'
import { createGovernedError } from './driver-error.ts'
import { restoreLogging } from './driver-logging.ts'
import { logIn } from './log-in.ts'
import { parseVariant } from './parse-variant.ts'
import {
  type DriverConnection,
  type DriverStatement,
  type DriverStatementOption,
  loadDriver,
} from './snowflake-driver.ts'

export interface RunSettings {
  readonly rowMode: 'object' | 'array'
  /** Of our own making: the warehouse answers one that it has seen with the earlier statement's rows. */
  readonly requestId: string
  readonly parameters: Readonly<Record<string, unknown>>
}

/** A statement on its way through the driver. */
export interface RunningStatement {
  /** The driver's own statement. It never leaves the SDK. */
  readonly statement: DriverStatement
  /** Resolves when the warehouse has answered; rejects with the driver's error. */
  readonly completed: Promise<DriverStatement>
}

/**
 * Rows that the driver's stream holds ahead. The caller's own mark is kept by the masked stream behind it; the driver's
 * default of 10 costs a tenth of the time of a large result.
 */
const INNER_HIGH_WATER_MARK = 512

/**
 * Binds go with their statement, however many they are, which is what the driver does itself where it may not create a
 * stage. Beyond its threshold it would otherwise write them to one, by statements of its own that are neither judged nor
 * recorded nor tagged, and of which the first commits an open transaction.
 */
const neverStaged = Number.MAX_SAFE_INTEGER

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

/**
 * One real snowflake-sdk connection under one lease. Kept in a private field, so that no printing, inspecting or
 * serialising of what holds it can reach the connection, its tokens or its rows.
 */
export class InnerConnection {
  readonly #connection: DriverConnection
  /** Statements that the warehouse has not answered yet. */
  readonly #running = new Set<Promise<unknown>>()
  readonly role: string
  readonly expiresAt: number
  /** The native types that every statement gets as strings unless it says otherwise. */
  readonly fetchAsString: readonly string[]

  private constructor(connection: DriverConnection, lease: Lease, fetchAsString: readonly string[]) {
    this.#connection = connection
    this.role = lease.role
    this.fetchAsString = fetchAsString
    this.expiresAt = Date.parse(lease.expiresAt)
  }

  /**
   * Logs in with the lease's token.
   *
   * @throws GovernedError ERR_WAREHOUSE_UNREACHABLE, or the driver's error when the login is refused
   */
  static async open(options: Readonly<Record<string, unknown>>, lease: Lease): Promise<InnerConnection> {
    // The parser is process-wide: another part of the program may have set its own since the last login.
    loadDriver().configure({ jsonColumnVariantParser: parseVariant })
    const settings = {
      ...structuredClone(options),
      authenticator: 'OAUTH',
      token: lease.token,
      username: lease.user,
      role: lease.role,
      ...(lease.warehouse === null ? {} : { warehouse: lease.warehouse }),
      clientStoreTemporaryCredential: false,
      arrayBindingThreshold: neverStaged,
      rowStreamHighWaterMark: INNER_HIGH_WATER_MARK,
    }
    const connection = await logIn(settings).finally(() => restoreLogging(loadDriver()))
    const { fetchAsString } = options
    return new InnerConnection(connection, lease, Array.isArray(fetchAsString) ? [...fetchAsString] : [])
  }

  /**
   * Reads where the session stands and makes sure that it holds exactly the lease's role.
   *
   * @throws GovernedError ERR_LEASE_ROLE_MISMATCH when another role is in force, or secondary roles are
   */
  async assertContext(account: string): Promise<SessionContext> {
    const [row] = await this.read(
      'select current_user(), current_role(), current_secondary_roles(), current_warehouse(), current_database(), current_schema()',
    )
    const [user, role, secondary, warehouse, database, schema] = row ?? []
    if (role !== this.role)
      throw createGovernedError('ERR_LEASE_ROLE_MISMATCH', {
        message: `the session has another role than its lease, \`${this.role}\``,
      })
    if (!isWithoutSecondaryRoles(secondary))
      throw createGovernedError('ERR_LEASE_ROLE_MISMATCH', {
        message: 'secondary roles are in force, so the session can do more than its lease says',
        hint: 'set DEFAULT_SECONDARY_ROLES to () for the Snowflake user, or forbid them by session policy',
      })
    const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
    return {
      account,
      user: text(user) ?? '',
      role: this.role,
      warehouse: text(warehouse),
      database: text(database),
      schema: text(schema),
    }
  }

  /** Puts a fresh session where the one before it stood. */
  async restoreContext(context: Pick<SessionContext, 'warehouse' | 'database' | 'schema'>): Promise<void> {
    if (context.warehouse !== null) await this.read(`use warehouse ${quote(context.warehouse)}`)
    if (context.database !== null) await this.read(`use database ${quote(context.database)}`)
    if (context.schema !== null) await this.read(`use schema ${quote(context.schema)}`)
  }

  /** Runs a statement of Snowfence's own (the catalogue, the session's names) and gives its rows as arrays. */
  async read(sqlText: string): Promise<unknown[][]> {
    return await new Promise((resolve, reject) => {
      const options = {
        sqlText,
        // In place of what the caller wants of the connection's statements.
        rowMode: 'array',
        streamResult: false,
        fetchAsString: [],
        parameters: { QUERY_TAG: '{"snowfence":"internal"}' },
        complete: (error, _statement, rows) => (error ? reject(error) : resolve((rows ?? []) as unknown[][])),
      } satisfies DriverStatementOption
      runAsDriver(() => this.#connection.execute(options))
    })
  }

  /**
   * Sends a statement. The one place where a governed statement reaches the driver.
   *
   * Always streamed inside, also when the caller wants the rows collected: the driver would otherwise read rows
   * before anything could mask them, and send the query again when an error has no SQLSTATE.
   *
   * @throws TypeError when the statement is not executable or ran before
   */
  run(executable: ExecutableState, settings: RunSettings): RunningStatement {
    const { received, executableText } = spendExecutable(executable)
    let statement: DriverStatement | undefined
    const completed = new Promise<DriverStatement>((resolve, reject) => {
      const options = {
        sqlText: executableText,
        requestId: settings.requestId,
        streamResult: true,
        rowMode: settings.rowMode,
        parameters: { ...settings.parameters },
        ...(received.binds === undefined ? {} : { binds: structuredClone(received.binds) as never }),
        ...(received.fetchAsString === undefined
          ? {}
          : { fetchAsString: [...received.fetchAsString] as never }),
        ...(received.asyncExec ? { asyncExec: true } : {}),
        ...(received.describeOnly ? { describeOnly: true } : {}),
        ...(received.cwd === undefined ? {} : { cwd: received.cwd }),
        complete: (error, completedStatement) => (error ? reject(error) : resolve(completedStatement)),
      } satisfies DriverStatementOption
      statement = runAsDriver(() => this.#connection.execute(options))
    })
    this.#follow(completed)
    return { statement: statement as DriverStatement, completed }
  }

  /**
   * Fetches the result of a statement that ran before, under a judgement of its own.
   *
   * @throws TypeError when the statement is not executable or was spent
   */
  fetch(
    executable: ExecutableState,
    queryId: string,
    settings: Pick<RunSettings, 'rowMode'>,
  ): RunningStatement {
    const { received } = spendExecutable(executable)
    let statement: DriverStatement | undefined
    const completed = new Promise<DriverStatement>((resolve, reject) => {
      const options = {
        queryId,
        streamResult: true,
        rowMode: settings.rowMode,
        ...(received.fetchAsString === undefined ? {} : { fetchAsString: [...received.fetchAsString] }),
        complete: (error: unknown, done: unknown) =>
          error ? reject(error) : resolve(done as DriverStatement),
      }
      const connection = this.#connection as unknown as { fetchResult(options: unknown): DriverStatement }
      statement = runAsDriver(() => connection.fetchResult(options))
    })
    this.#follow(completed)
    return { statement: statement as DriverStatement, completed }
  }

  isUp(): boolean {
    return this.#connection.isUp()
  }

  async isValid(): Promise<boolean> {
    return await runAsDriver(() => this.#connection.isValidAsync())
  }

  /** @throws the driver's 460001 for what is not a query id; with `throwIfError` the error of a query that failed */
  async getQueryStatus(queryId: string, { throwIfError = false } = {}): Promise<string> {
    return await runAsDriver(() =>
      throwIfError
        ? this.#connection.getQueryStatusThrowIfError(queryId)
        : this.#connection.getQueryStatus(queryId),
    )
  }

  isStillRunning(status: string): boolean {
    return this.#connection.isStillRunning(status as Parameters<DriverConnection['isStillRunning']>[0])
  }

  async heartbeat(): Promise<void> {
    const connection = this.#connection as unknown as { heartbeatAsync(): Promise<unknown> }
    await runAsDriver(() => connection.heartbeatAsync())
  }

  /**
   * Ends the Snowflake session, and waits a moment for what still runs on it: left alone, the driver would go on asking
   * for its answer. Never rejects: a session that is gone already is what was wanted.
   */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      runAsDriver(() => this.#connection.destroy(() => resolve()))
    })
    if (this.#running.size > 0) await withinGrace([...this.#running])
  }

  #follow(completed: Promise<unknown>): void {
    this.#running.add(completed)
    const done = (): void => void this.#running.delete(completed)
    completed.then(done, done)
  }
}

/** Snowflake answers with JSON such as `{"roles":"","value":""}`; an empty answer also means none. */
const isWithoutSecondaryRoles = (answer: unknown): boolean => {
  if (answer === null || answer === undefined || answer === '') return true
  if (typeof answer !== 'string') return false
  try {
    const { roles, value } = JSON.parse(answer) as { roles?: unknown; value?: unknown }
    return (roles ?? '') === '' && (value ?? '') !== 'ALL'
  } catch {
    return false
  }
}
