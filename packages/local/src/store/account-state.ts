import { z } from 'zod'
import { isPrivilege, type Securable } from '../access/access-control.ts'
import type { Account } from '../account.ts'
import type { TableEntry } from '../dictionary/dictionary.ts'
import type { SnowType } from '../dictionary/snow-type.ts'
import type { StageEntry } from '../stage/stage.ts'

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
  (value) => typeof value === 'string' && /^(?:ACCOUNT|DATABASE|SCHEMA|TABLE|STAGE|WAREHOUSE) /.test(value),
)

const stageSchema = z.strictObject({
  database: z.string(),
  schema: z.string(),
  name: z.string(),
  temporary: z.literal(false),
  format: z.strictObject({
    type: z.enum(['CSV', 'JSON']),
    compression: z.enum(['AUTO', 'GZIP', 'NONE']),
    fieldDelimiter: z.string(),
    recordDelimiter: z.enum(['\n', '\r\n']),
    enclosedBy: z.enum(['"', "'"]).nullable(),
    skipHeader: count,
    nullIf: z.array(z.string()),
    emptyFieldAsNull: z.boolean(),
    trimSpace: z.boolean(),
    mustMatchColumnCount: z.boolean(),
    stripOuterArray: z.boolean(),
  }),
  comment: z.string().nullable(),
  createdAt: z.coerce.date(),
}) satisfies z.ZodType<StageEntry>

/** All of an account but the rows of its tables and the files of its stages. */
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
  /** A directory of a version without stages has none. */
  stages: z.array(stageSchema).default([]),
})

export type AccountState = z.output<typeof accountStateSchema>

export const readAccountState = ({
  dictionary,
  access,
  users,
  warehouses,
  stages,
}: Account): AccountState => ({
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
  stages: stages.all().map((stage) => ({
    ...stage,
    temporary: false as const,
    format: { ...stage.format, nullIf: [...stage.format.nullIf] },
  })),
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
  for (const stage of state.stages) account.stages.put(stage)
}
