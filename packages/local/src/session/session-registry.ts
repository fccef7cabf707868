import { SnowflakeError } from '../snowflake-error.ts'
import { Session, type SessionOptions } from './session.ts'

interface SessionLifetimes {
  readonly sessionSeconds: number
  readonly masterSeconds: number
}

/** What a driver does next depends on these codes: 390112 renews, 390104, 390111 and 390114 end the connection. */
const tokenInvalid = () => new SnowflakeError('390104', '08001', 'Authorization token is invalid.')
const sessionGone = () =>
  new SnowflakeError('390111', '08001', 'Session no longer exists. New login required to access the service.')
const sessionExpired = () =>
  new SnowflakeError('390112', '08001', 'Your session has expired. Please login again.')
const masterExpired = () =>
  new SnowflakeError('390114', '08001', 'Authentication token has expired. The user must authenticate again.')

export class SessionRegistry {
  readonly #byToken = new Map<string, Session>()
  readonly #byMasterToken = new Map<string, Session>()
  readonly #ended = new Set<string>()
  readonly #lifetimes: SessionLifetimes
  readonly #now: () => number
  #nextId: number

  constructor(lifetimes: SessionLifetimes, now: () => number) {
    this.#lifetimes = lifetimes
    this.#now = now
    this.#nextId = 1_000_001
  }

  create(options: Omit<SessionOptions, 'id'>): Session {
    const session = new Session({ ...options, id: this.#nextId++ })
    this.#admit(session)
    return session
  }

  /** The session of a token. @throws SnowflakeError 390104, 390111, 390112 */
  byToken(token: string | null): Session {
    if (token === null) throw tokenInvalid()
    const session = this.#byToken.get(token)
    if (!session) throw this.#ended.has(token) ? sessionGone() : tokenInvalid()
    if (session.user.disabled) throw sessionGone()
    if (session.expiresAt <= this.#now()) throw this.#renewable(session) ? sessionExpired() : sessionGone()
    return session
  }

  /** Trades a living master token for new tokens. @throws SnowflakeError 390104, 390111, 390114 */
  renew(masterToken: string | null, oldToken: string): Session {
    const session = masterToken === null ? undefined : this.#byMasterToken.get(masterToken)
    if (!session) throw masterToken !== null && this.#ended.has(masterToken) ? sessionGone() : tokenInvalid()
    if (session.token !== oldToken) throw tokenInvalid()
    if (!this.#renewable(session) || session.user.disabled) throw masterExpired()
    this.#forget(session)
    session.renewTokens()
    this.#admit(session)
    return session
  }

  end(session: Session): void {
    session.closed = true
    this.#forget(session)
    this.#ended.add(session.token).add(session.masterToken)
  }

  all(): Session[] {
    return [...this.#byToken.values()]
  }

  get lifetimes(): SessionLifetimes {
    return this.#lifetimes
  }

  #renewable(session: Session): boolean {
    return session.masterExpiresAt > this.#now()
  }

  #admit(session: Session): void {
    const now = this.#now()
    session.expiresAt = now + this.#lifetimes.sessionSeconds * 1000
    session.masterExpiresAt = now + this.#lifetimes.masterSeconds * 1000
    this.#byToken.set(session.token, session)
    this.#byMasterToken.set(session.masterToken, session)
  }

  #forget(session: Session): void {
    this.#byToken.delete(session.token)
    this.#byMasterToken.delete(session.masterToken)
  }
}
