import type { CredentialSource, Lease } from '@snowfence/core'
import { sessionSettings } from '@snowfence/sql'
import { createClientError, createGovernedError } from '../driver/driver-error.ts'
import { InnerConnection } from '../driver/inner-connection.ts'
import type { ExecutableState, SessionContext } from '../pipeline/statement-states.ts'

interface Current {
  readonly lease: Lease
  readonly inner: InnerConnection
}

/** The names the driver reports after a statement: methods whose results may be undefined. */
interface SessionStateView {
  getCurrentDatabase?(): unknown
  getCurrentSchema?(): unknown
  getCurrentWarehouse?(): unknown
}

const opensTransaction = /^(begin|start)/
const endsTransaction = /^(commit|rollback)/

/** setTimeout holds at most this many milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1

/**
 * The Snowflake session behind a governed connection: one role, one place in the warehouse, over as many logins as its
 * leases need. A login is closed when its lease ends, whatever runs on it: a short token alone does not make a short
 * session, because Snowflake's sessions live on with activity.
 */
export class LeasedSession {
  readonly #options: Readonly<Record<string, unknown>>
  readonly #credentials: CredentialSource
  readonly #account: string
  readonly #timers = new Map<InnerConnection, NodeJS.Timeout>()
  #current: Current | null = null
  #opening: Promise<Current> | null = null
  #context: SessionContext | null = null
  #settings: string[] = []
  #batchCount = 1
  #queryTag: string | null = null
  #hasTransaction = false
  #isClosed = false
  #logins = 0

  constructor(options: Readonly<Record<string, unknown>>, credentials: CredentialSource, account: string) {
    this.#options = options
    this.#credentials = credentials
    this.#account = account
  }

  /** Where the session stands. Only after the first `inner()`. */
  context(): SessionContext {
    if (!this.#context) throw createClientError('neverConnected')
    return this.#context
  }

  /**
   * The login under the present lease. A renewed lease, or a login that died, gives a new one that stands where the
   * old one stood.
   *
   * @throws GovernedError ERR_LEASE_EXPIRED when the old login is gone in the middle of a transaction
   */
  async inner(): Promise<InnerConnection> {
    if (this.#isClosed) throw createClientError('terminated')
    const lease = await this.#credentials.lease()
    const current = this.#current
    if (current?.inner.isUp() && (current.lease.id === lease.id || this.#hasTransaction)) return current.inner
    if (current && this.#hasTransaction) {
      this.#hasTransaction = false
      throw createGovernedError('ERR_LEASE_EXPIRED', {
        message: 'the lease ended inside a transaction, which Snowflake has rolled back',
        hint: 'run the transaction again from its beginning',
      })
    }
    this.#opening ??= this.#open(lease).finally(() => {
      this.#opening = null
    })
    return (await this.#opening).inner
  }

  /** A login of its own for one statement under an elevated lease, standing where the session stands. */
  async openElevated(lease: Lease): Promise<InnerConnection> {
    const inner = await InnerConnection.open(this.#options, lease)
    try {
      await inner.assertContext(this.#account)
      const { database, schema } = this.context()
      await inner.restoreContext({ warehouse: this.context().warehouse, database, schema })
      this.#closeAtEnd(inner)
      return inner
    } catch (error) {
      await inner.close()
      throw error
    }
  }

  /** Takes over what a statement did to the session. */
  note(executable: ExecutableState, state: object | undefined): void {
    const { summary } = executable
    const kind = summary.kind
    if (opensTransaction.test(kind)) this.#hasTransaction = true
    if (endsTransaction.test(kind)) this.#hasTransaction = false
    if (kind === 'alter-session') this.#take(sessionSettings(executable.executableText))
    if (summary.effects.includes('session') && !kind.startsWith('use'))
      this.#settings.push(executable.executableText)
    const view = (state ?? {}) as SessionStateView
    const name = (read: unknown, before: string | null): string | null =>
      typeof read === 'string' && read !== '' ? read : before
    const before = this.context()
    this.#context = {
      ...before,
      database: name(view.getCurrentDatabase?.(), before.database),
      schema: name(view.getCurrentSchema?.(), before.schema),
      warehouse: name(view.getCurrentWarehouse?.(), before.warehouse),
    }
  }

  #take(settings: ReadonlyMap<string, string | null>): void {
    const count = settings.get('MULTI_STATEMENT_COUNT')
    if (count !== undefined) this.#batchCount = Number(count ?? 1)
    const tag = settings.get('QUERY_TAG')
    // A quotation mark is doubled in a literal.
    if (tag !== undefined) this.#queryTag = tag?.replaceAll("''", "'") ?? null
  }

  /** The tag that ALTER SESSION set, null without one. Each statement carries its own tag, which would hide it. */
  get queryTag(): string | null {
    return this.#queryTag
  }

  /** How many statements a text has that does not say it itself: 1, or what ALTER SESSION set, 0 for any number. */
  get batchCount(): number {
    return this.#batchCount
  }

  /** How often it has logged in: each login is a session of Snowflake's own. */
  get logins(): number {
    return this.#logins
  }

  isUp(): boolean {
    return !this.#isClosed && this.#current !== null
  }

  /** Ends every login. */
  async close(): Promise<void> {
    this.#isClosed = true
    const open = [...this.#timers.keys()]
    this.#current = null
    await Promise.all(open.map((inner) => this.#end(inner)))
  }

  async #open(lease: Lease): Promise<Current> {
    const inner = await InnerConnection.open(this.#options, lease)
    try {
      const found = await inner.assertContext(this.#account)
      if (this.#context) {
        await inner.restoreContext(this.#context)
        for (const setting of this.#settings) await inner.read(setting)
      } else this.#context = found
      if (this.#isClosed) throw createClientError('terminated')
    } catch (error) {
      await inner.close()
      throw error
    }
    this.#closeAtEnd(inner)
    this.#current = { lease, inner }
    this.#logins += 1
    return this.#current
  }

  #closeAtEnd(inner: InnerConnection): void {
    const remaining = Math.min(Math.max(inner.expiresAt - Date.now(), 0), LONGEST_TIMER)
    const timer = setTimeout(() => void this.#end(inner), remaining)
    timer.unref()
    this.#timers.set(inner, timer)
  }

  async #end(inner: InnerConnection): Promise<void> {
    clearTimeout(this.#timers.get(inner))
    this.#timers.delete(inner)
    if (inner.isUp()) await inner.close()
  }
}
