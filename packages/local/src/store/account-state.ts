import { z } from 'zod'
import { isPrivilege, type Securable } from '../access/access-control.ts'
import type { Account } from '../account.ts'
import type { TableEntry } from '../dictionary/dictionary.ts'
import type { SnowType } from '../dictionary/snow-type.ts'

const count = z.number().int().nonnegative()
const typeSchema = z.union([
  z.strictObject({ kind: z.literal('fixed'), precision: count, scale: count }),
  z.strictObject({ kind: z.enum(['text', 'binary']), length: count }),
  z.strictObject({ kind: z.enum(['time', 'timestamp_ntz', 'timestamp_ltz', 'timestamp_tz']), scale: count }),
  z.strictObject({ kind: z.enum(['real', 'boolean', 'date', 'variant', 'object', 'array']) }),
]) satisfies z.ZodType<SnowType>

const tableSchema = z.strictObject({
  database: z.string(),
  schema: z.string(),
  name: z.string(),
  kind: z.enum(['table', 'view']),
  physicalSchema: z.string(),
  temporary: z.literal(false),
  columns: z.array(
    z.strictObject({
      name: z.string(),
      type: typeSchema,
      nullable: z.boolean(),
      defaultText: z.string().nullable(),
      comment: z.string().nullable(),
      primaryKey: z.boolean(),
    }),
  ),
  definition: z.string().nullable(),
  comment: z.string().nullable(),
  createdAt: z.coerce.date(),
  alteredAt: z.coerce.date(),
}) satisfies z.ZodType<TableEntry>

const securableSchema = z.custom<Securable>(
  (value) => typeof value === 'string' && /^(?:ACCOUNT|DATABASE|SCHEMA|TABLE|WAREHOUSE) /.test(value),
)

/** All of an account but the rows of its tables. */
export const accountStateSchema = z.strictObject({
  version: z.literal(1),
  databases: z.array(
    z.strictObject({
      name: z.string(),
      createdAt: z.coerce.date(),
      schemas: z.array(z.strictObject({ name: z.string(), createdAt: z.coerce.date() })),
    }),
  ),
  tables: z.array(tableSchema),
  roles: z.array(
    z.strictObject({
      name: z.string(),
      inherits: z.array(z.string()),
      grants: z.array(z.strictObject({ privilege: z.string().refine(isPrivilege), on: securableSchema })),
    }),
  ),
  users: z.array(
    z.strictObject({
      name: z.string(),
      loginName: z.string(),
      passwordHash: z.string().nullable(),
      roles: z.array(z.string()),
      defaultRole: z.string().nullable(),
      defaultWarehouse: z.string().nullable(),
      defaultNamespace: z.string().nullable(),
      disabled: z.boolean(),
    }),
  ),
  warehouses: z.array(z.string()),
})

export type AccountState = z.output<typeof accountStateSchema>

export const readAccountState = ({ dictionary, access, users, warehouses }: Account): AccountState => ({
  version: 1,
  databases: [...dictionary.databases.values()].map(({ name, createdAt, schemas }) => ({
    name,
    createdAt,
    schemas: [...schemas.values()].map((schema) => ({ name: schema.name, createdAt: schema.createdAt })),
  })),
  tables: [...dictionary.tables()].map((table) => ({
    ...table,
    temporary: false as const,
    columns: [...table.columns],
  })),
  roles: access.roleNames().map((name) => ({
    name,
    inherits: access.inheritedBy(name),
    grants: access.grantsOf(name),
  })),
  users: users.all().map((user) => ({ ...user, roles: [...user.roles] })),
  warehouses: [...warehouses],
})

/** Fills an empty account. */
export const restoreAccountState = (account: Account, state: AccountState): void => {
  for (const { name, createdAt, schemas } of state.databases) {
    account.dictionary.createDatabase(name, createdAt).schemas.clear()
    for (const schema of schemas) account.dictionary.createSchema(name, schema.name, schema.createdAt)
  }
  for (const table of state.tables) account.dictionary.putTable(table)
  for (const { name } of state.roles) if (!account.access.hasRole(name)) account.access.createRole(name)
  for (const { name, inherits, grants } of state.roles) {
    for (const role of inherits) account.access.grantRole(role, name)
    for (const { privilege, on } of grants) account.access.grant(name, privilege, on)
  }
  for (const user of state.users) account.users.restore({ ...user, roles: new Set(user.roles) })
  for (const warehouse of state.warehouses) account.warehouses.add(warehouse)
}
