import type { TableEntry } from '../dictionary/dictionary.ts'
import { displayName, displayObject } from '../dictionary/identifier.ts'
import { insufficientPrivileges, objectNotFound } from '../snowflake-error.ts'

type SecurableKind = 'ACCOUNT' | 'DATABASE' | 'SCHEMA' | 'TABLE' | 'STAGE' | 'WAREHOUSE'

export const privileges = [
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'TRUNCATE',
  'REFERENCES',
  'READ',
  'WRITE',
  'OWNERSHIP',
  'USAGE',
  'OPERATE',
  'MONITOR',
  'MODIFY',
  'CREATE SCHEMA',
  'CREATE TABLE',
  'CREATE VIEW',
  'CREATE STAGE',
  'CREATE DATABASE',
] as const
export type Privilege = (typeof privileges)[number]

export const isPrivilege = (word: string): word is Privilege =>
  (privileges as readonly string[]).includes(word)

/** `TABLE CLINIC.PUBLIC.PATIENTS`. Views are securables of kind TABLE: they share its name space. */
export type Securable = `${SecurableKind} ${string}`

export const databaseSecurable = (database: string): Securable => `DATABASE ${displayName(database)}`
export const schemaSecurable = (database: string, schema: string): Securable =>
  `SCHEMA ${displayName(database)}.${displayName(schema)}`
/** A temporary table has its session's schema in it: another table of its name keeps its own privileges. */
export const tableSecurable = (
  table: { database: string; schema: string; name: string } & Partial<
    Pick<TableEntry, 'temporary' | 'physicalSchema'>
  >,
): Securable =>
  table.temporary === true
    ? `TABLE ${table.physicalSchema} ${displayObject(table)}`
    : `TABLE ${displayObject(table)}`
export const stageSecurable = (stage: { database: string; schema: string; name: string }): Securable =>
  `STAGE ${displayObject(stage)}`
export const warehouseSecurable = (warehouse: string): Securable => `WAREHOUSE ${displayName(warehouse)}`

interface Role {
  readonly name: string
  readonly grants: Map<Securable, Set<Privilege>>
  /** Roles whose privileges this role has, because they were granted to it. */
  readonly inherits: Set<string>
}

export const administratorRole = 'ACCOUNTADMIN'
const systemRoles = [administratorRole, 'SECURITYADMIN', 'SYSADMIN', 'USERADMIN', 'PUBLIC']

/** Roles, the roles granted to them, and their privileges. ACCOUNTADMIN passes every check; nothing else does unasked. */
export class AccessControl {
  readonly #roles = new Map<string, Role>()

  constructor() {
    for (const name of systemRoles) this.createRole(name)
  }

  createRole(name: string): void {
    this.#roles.set(name, { name, grants: new Map(), inherits: new Set() })
  }

  hasRole(name: string): boolean {
    return this.#roles.has(name)
  }

  roleNames(): string[] {
    return [...this.#roles.keys()].sort()
  }

  dropRole(name: string): void {
    this.#roles.delete(name)
    for (const role of this.#roles.values()) role.inherits.delete(name)
  }

  grantRole(role: string, to: string): void {
    this.#role(to).inherits.add(role)
  }

  revokeRole(role: string, from: string): void {
    this.#role(from).inherits.delete(role)
  }

  grant(role: string, privilege: Privilege, on: Securable): void {
    const { grants } = this.#role(role)
    const held = grants.get(on) ?? new Set()
    held.add(privilege)
    grants.set(on, held)
  }

  revoke(role: string, privilege: Privilege, on: Securable): void {
    const { grants } = this.#role(role)
    grants.get(on)?.delete(privilege)
    if (grants.get(on)?.size === 0) grants.delete(on)
  }

  /** Forgets every grant on an object that was dropped, so that a new one of the same name starts without any. */
  forget(on: Securable): void {
    for (const { grants } of this.#roles.values()) grants.delete(on)
  }

  /** The roles that were granted to a role. */
  inheritedBy(role: string): string[] {
    return [...this.#role(role).inherits]
  }

  /** What a role was granted directly, for SHOW GRANTS. */
  grantsOf(role: string): { privilege: Privilege; on: Securable }[] {
    const { grants } = this.#role(role)
    return [...grants].flatMap(([on, held]) => [...held].map((privilege) => ({ privilege, on })))
  }

  isAdministrator(role: string): boolean {
    return this.#closure(role).has(administratorRole)
  }

  has(role: string, privilege: Privilege, on: Securable): boolean {
    if (this.isAdministrator(role)) return true
    for (const name of this.#closure(role)) {
      const held = this.#roles.get(name)?.grants.get(on)
      if (held?.has(privilege) || held?.has('OWNERSHIP')) return true
    }
    return false
  }

  hasAny(role: string, on: Securable): boolean {
    if (this.isAdministrator(role)) return true
    for (const name of this.#closure(role)) if (this.#roles.get(name)?.grants.has(on)) return true
    return false
  }

  /** Whether the role may know of the table: USAGE on both containers and any privilege on it. */
  isVisible(role: string, table: { database: string; schema: string; name: string }): boolean {
    return (
      this.has(role, 'USAGE', databaseSecurable(table.database)) &&
      this.has(role, 'USAGE', schemaSecurable(table.database, table.schema)) &&
      this.hasAny(role, tableSecurable(table))
    )
  }

  /** Throws 002003 for a table that the role may not know of, and 003001 for one on which it lacks the privilege. */
  requireTable(role: string, privilege: Privilege, table: TableEntry): void {
    if (!this.isVisible(role, table)) throw objectNotFound(displayObject(table))
    if (!this.has(role, privilege, tableSecurable(table)))
      throw insufficientPrivileges(table.kind, displayName(table.name))
  }

  #role(name: string): Role {
    const role = this.#roles.get(name)
    if (!role) throw objectNotFound(displayName(name))
    return role
  }

  #closure(role: string): Set<string> {
    const reached = new Set<string>()
    const open = [role, 'PUBLIC']
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (reached.has(name)) continue
      reached.add(name)
      open.push(...(this.#roles.get(name)?.inherits ?? []))
    }
    return reached
  }
}
