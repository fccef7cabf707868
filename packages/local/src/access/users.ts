import { createHash, timingSafeEqual } from 'node:crypto'

export interface User {
  readonly name: string
  /** What a password log-in or an OAuth token's mapped claim names, compared without regard to case. */
  readonly loginName: string
  readonly passwordDigest: Buffer | null
  readonly roles: Set<string>
  defaultRole: string | null
  defaultWarehouse: string | null
  defaultNamespace: string | null
  disabled: boolean
}

const digest = (password: string) => createHash('sha256').update(password).digest()

export class Users {
  readonly #byLogin = new Map<string, User>()

  create(options: {
    name: string
    loginName?: string
    password?: string | undefined
    defaultRole?: string | null
    defaultWarehouse?: string | null
    defaultNamespace?: string | null
  }): User {
    const user: User = {
      name: options.name,
      loginName: options.loginName ?? options.name,
      passwordDigest: options.password === undefined ? null : digest(options.password),
      roles: new Set(['PUBLIC']),
      defaultRole: options.defaultRole ?? null,
      defaultWarehouse: options.defaultWarehouse ?? null,
      defaultNamespace: options.defaultNamespace ?? null,
      disabled: false,
    }
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

  /** A user without a password can never log in with one. */
  passwordMatches(user: User, password: string): boolean {
    return user.passwordDigest !== null && timingSafeEqual(user.passwordDigest, digest(password))
  }
}
