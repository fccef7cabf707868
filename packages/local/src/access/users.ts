import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'

export interface User {
  readonly name: string
  /** What a password log-in or an OAuth token's subject names, compared without regard to case. */
  readonly loginName: string
  /** Salt and scrypt hash, base64url with a dot between; null when there is no password. */
  passwordHash: string | null
  readonly roles: Set<string>
  defaultRole: string | null
  defaultWarehouse: string | null
  defaultNamespace: string | null
  disabled: boolean
}

const hashPassword = (password: string, salt = randomBytes(16)): string =>
  [salt, scryptSync(password, salt, 32, { N: 1024 })].map((part) => part.toString('base64url')).join('.')

export class Users {
  readonly #byLogin = new Map<string, User>()

  create(options: {
    readonly name: string
    readonly loginName?: string
    readonly password?: string | undefined
    readonly defaultRole?: string | null
    readonly defaultWarehouse?: string | null
    readonly defaultNamespace?: string | null
  }): User {
    return this.restore({
      name: options.name,
      loginName: options.loginName ?? options.name,
      passwordHash: options.password === undefined ? null : hashPassword(options.password),
      roles: new Set(['PUBLIC']),
      defaultRole: options.defaultRole ?? null,
      defaultWarehouse: options.defaultWarehouse ?? null,
      defaultNamespace: options.defaultNamespace ?? null,
      disabled: false,
    })
  }

  restore(user: User): User {
    this.#byLogin.set(user.loginName.toUpperCase(), user)
    return user
  }

  byLogin(loginName: string): User | null {
    return this.#byLogin.get(loginName.toUpperCase()) ?? null
  }

  byName(name: string): User | null {
    return this.all().find((user) => user.name === name) ?? null
  }

  all(): User[] {
    return [...this.#byLogin.values()]
  }

  drop(user: User): void {
    this.#byLogin.delete(user.loginName.toUpperCase())
  }

  setPassword(user: User, password: string): void {
    user.passwordHash = hashPassword(password)
  }

  /** A user without a password can never log in with one. */
  passwordMatches(user: User, password: string): boolean {
    const [salt] = user.passwordHash?.split('.') ?? []
    if (user.passwordHash === null || salt === undefined) return false
    const given = hashPassword(password, Buffer.from(salt, 'base64url'))
    return timingSafeEqual(Buffer.from(user.passwordHash), Buffer.from(given))
  }
}
