import { isSnowfenceError, SnowfenceError } from '@snowfence/core'
import pg from 'pg'

/** How long a question about privileges may take. */
const QUESTION_LIMIT_MS = 5000
/** The role may not do that. */
const INSUFFICIENT_PRIVILEGE = '42501'
/** No schema of the search path is one that the role may use. */
const NO_SCHEMA = '3F000'

/** Tables and functions of the broker: the role that migrates them must own them. */
export const brokerObjects = {
  tables: [
    'approval_decisions',
    'approval_views',
    'approvals',
    'kysely_migration',
    'kysely_migration_lock',
    'leases',
    'records',
    'replicas',
    'revocations',
    'sessions',
    'signing_keys',
    'statement_counts',
    'tree_head',
    'tree_nodes',
  ],
  functions: ['append_records', 'lock_edge', 'seal_at_edge', 'tell_change'],
} as const

/** What a broker does with the tables once they are migrated: the least that its role needs. */
export const neededPrivileges: Readonly<
  Record<(typeof brokerObjects.tables)[number], readonly ('SELECT' | 'INSERT' | 'UPDATE' | 'DELETE')[]>
> = {
  approval_decisions: ['SELECT', 'INSERT'],
  approval_views: ['SELECT', 'INSERT'],
  approvals: ['SELECT', 'INSERT', 'UPDATE'],
  kysely_migration: ['SELECT'],
  kysely_migration_lock: ['SELECT'],
  leases: ['INSERT'],
  records: ['SELECT', 'INSERT'],
  replicas: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  revocations: ['SELECT', 'INSERT', 'UPDATE'],
  sessions: ['SELECT', 'INSERT', 'UPDATE'],
  signing_keys: ['SELECT', 'INSERT'],
  statement_counts: ['SELECT', 'INSERT', 'DELETE'],
  tree_head: ['SELECT', 'UPDATE'],
  tree_nodes: ['SELECT', 'INSERT'],
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined

export const isPrivilegeMissing = (error: unknown): boolean =>
  codeOf(error) === INSUFFICIENT_PRIVILEGE || codeOf(error) === NO_SCHEMA

/** What the role may not do, and what lets it. */
interface Lack {
  readonly lacks: string
  readonly statements: readonly string[]
}

const refusal = (error: unknown, { lacks, statements }: Lack, isStarting = true): SnowfenceError =>
  new SnowfenceError('ERR_BROKER_DATABASE_PRIVILEGE', {
    message: `the role of the broker may not do in PostgreSQL what the broker needs: ${lacks}`,
    ...(statements.length === 0
      ? {}
      : {
          hint: `run as the owner of the objects or as a superuser${isStarting ? ', then start the broker again' : ''}: ${statements.join('; ')}`,
          details: { statements },
        }),
    // Code and text alone: the driver's errors carry the client, and with it the password.
    cause: Object.assign(new Error(lackOf(error)), { code: codeOf(error) }),
  })

/** The parts of PostgreSQL that refuse for want of a privilege or of a row's policy: they name objects, and no values. */
const NAMES_OBJECTS = /^(aclcheck_error(_col|_type)?|ExecWithCheckOptions)$/

/** What PostgreSQL says is missing. A trigger or a function can raise the same code with a text of its own. */
const lackOf = (error: unknown): string =>
  error instanceof Error && 'routine' in error && NAMES_OBJECTS.test(String(error.routine))
    ? error.message
    : `PostgreSQL refuses it with SQLSTATE ${String(codeOf(error))}`

/** The error of a broker whose role lacks a privilege. */
export const missingPrivilege = (error: unknown): SnowfenceError =>
  isSnowfenceError(error) ? error : refusal(error, { lacks: lackOf(error), statements: [] })

const FIND_SCHEMA = `
  select quote_ident(current_user) as role, quote_ident(coalesce(current_schema(), 'public')) as schema,
    current_schema() is not null and has_schema_privilege(current_schema(), 'CREATE') as may_create,
    current_schema() is null and exists (select from pg_class
      where relname = 'kysely_migration' and relnamespace = to_regnamespace('public')) as is_hidden`

const FIND_FOREIGN = `
  select 'TABLE' as kind, c.oid::regclass::text as name
  from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
    and c.relname = any($1) and not pg_has_role(c.relowner, 'USAGE')
  union all
  select 'FUNCTION', p.oid::regprocedure::text
  from pg_proc p where p.pronamespace = current_schema()::regnamespace
    and p.proname = any($2) and not pg_has_role(p.proowner, 'USAGE')
  order by 1 desc, 2`

const FIND_UNGRANTED = `
  select quote_ident(current_user) as role, 'TABLE' as kind, c.oid::regclass::text as name,
    string_agg(needed.privilege, ', ') as privileges
  from json_to_recordset($1) as needed (name text, privilege text)
  join pg_class c on c.relname = needed.name and c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
  where not case needed.privilege when 'DELETE' then has_table_privilege(c.oid, 'DELETE')
    else has_any_column_privilege(c.oid, needed.privilege) end
  group by c.oid
  union all
  select quote_ident(current_user), 'FUNCTION', p.oid::regprocedure::text, 'EXECUTE'
  from pg_proc p
  where p.pronamespace = current_schema()::regnamespace and p.proname = any($2)
    and not has_function_privilege(p.oid, 'EXECUTE')
  order by 2 desc, 3`

const needed = JSON.stringify(
  Object.entries(neededPrivileges).flatMap(([name, privileges]) =>
    privileges.map((privilege) => ({ name, privilege })),
  ),
)

/** Asks the server which of the needed privileges on tables and functions nobody granted; null for none. */
const findUngranted = async (client: Pick<pg.ClientBase, 'query'>): Promise<Lack | null> => {
  const { rows } = await client.query<{ role: string; kind: string; name: string; privileges: string }>(
    FIND_UNGRANTED,
    [needed, brokerObjects.functions],
  )
  const [first] = rows
  if (first === undefined) return null
  return {
    lacks: `the role ${first.role} has no ${rows.map(({ kind, name, privileges }) => `${privileges} privilege on the ${kind.toLowerCase()} ${name}`).join(', no ')}`,
    statements: rows.map(
      ({ role, kind, name, privileges }) => `GRANT ${privileges} ON ${kind} ${name} TO ${role}`,
    ),
  }
}

/**
 * Resolves when the role of a migrated database may do all that a broker does there.
 *
 * @throws SnowfenceError `ERR_BROKER_DATABASE_PRIVILEGE`
 */
export const assertPrivileges = async (client: Pick<pg.ClientBase, 'query'>): Promise<void> => {
  const lack = await findUngranted(client)
  if (lack !== null)
    throw refusal(Object.assign(new Error(lack.lacks), { code: INSUFFICIENT_PRIVILEGE }), lack)
}

/** Asks the server which privilege it is: the catalogue can be read by everybody who can connect. */
const examine = async (client: pg.Client): Promise<Lack | null> => {
  const { rows: found } = await client.query<{
    role: string
    schema: string
    may_create: boolean
    is_hidden: boolean
  }>(FIND_SCHEMA)
  const [own] = found
  if (own === undefined) return null
  const { role, schema } = own
  if (own.is_hidden)
    return {
      lacks: `the role ${role} has no USAGE privilege on the schema ${schema}`,
      statements: [`GRANT USAGE ON SCHEMA ${schema} TO ${role}`],
    }
  const ungranted = await findUngranted(client)
  if (ungranted !== null) return ungranted
  if (!own.may_create)
    return {
      lacks: `the role ${role} has no CREATE privilege on the schema ${schema}`,
      statements: [`GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${role}`],
    }
  const { rows } = await client.query<{ kind: 'TABLE' | 'FUNCTION'; name: string }>(FIND_FOREIGN, [
    brokerObjects.tables,
    brokerObjects.functions,
  ])
  if (rows.length === 0) return null
  return {
    lacks: `the role ${role} does not own ${rows.map(({ name }) => name).join(', ')}, and this version changes the schema of the database`,
    statements: rows.map(({ kind, name }) => `ALTER ${kind} ${name} OWNER TO ${role}`),
  }
}

/**
 * The same, with the privilege that was taken from the role of a broker that runs, and the statements that grant it.
 *
 * @param options of a connection as the role of the broker.
 */
export const explainRevokedPrivilege = async (
  error: unknown,
  options: pg.ClientConfig,
): Promise<SnowfenceError> => {
  const client = new pg.Client({ ...options, query_timeout: QUESTION_LIMIT_MS })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const lack = await findUngranted(client)
    return lack === null ? missingPrivilege(error) : refusal(error, lack, false)
  } catch {
    return missingPrivilege(error)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/**
 * The same, with the privilege that is missing for a migration and the statements that grant it.
 *
 * @param options of a connection as the role of the broker.
 */
export const explainMissingPrivilege = async (
  error: unknown,
  options: pg.ClientConfig,
): Promise<SnowfenceError> => {
  const client = new pg.Client({ ...options, query_timeout: QUESTION_LIMIT_MS })
  client.on('error', () => undefined)
  const { user = '', database = '' } = client
  try {
    await client.connect()
  } catch (failure) {
    await client.end().catch(() => undefined)
    if (codeOf(failure) !== INSUFFICIENT_PRIVILEGE) return missingPrivilege(error)
    const [role, name] = [pg.escapeIdentifier(user), pg.escapeIdentifier(database)]
    return refusal(error, {
      lacks: `the role ${role} has no CONNECT privilege on the database ${name}`,
      statements: [`GRANT CONNECT ON DATABASE ${name} TO ${role}`],
    })
  }
  try {
    const facts = await examine(client)
    return facts === null ? missingPrivilege(error) : refusal(error, facts)
  } catch {
    return missingPrivilege(error)
  } finally {
    await client.end().catch(() => undefined)
  }
}
