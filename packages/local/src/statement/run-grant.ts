import {
  databaseSecurable,
  isPrivilege,
  type Privilege,
  type Securable,
  schemaSecurable,
  stageSecurable,
  tableSecurable,
  warehouseSecurable,
} from '../access/access-control.ts'
import { displayName, displayObject } from '../dictionary/identifier.ts'
import { containerNotFound, insufficientPrivileges, objectNotFound, unsupported } from '../snowflake-error.ts'
import { requireAdministrator } from './ddl.ts'
import type { Execution } from './execution.ts'
import { executed, type StatementResult } from './statement-result.ts'
import { TokenReader } from './token-reader.ts'

type Verb = 'GRANT' | 'REVOKE'

export const runGrant = (execution: Execution): Promise<StatementResult> => change(execution, 'GRANT')
export const runRevoke = (execution: Execution): Promise<StatementResult> => change(execution, 'REVOKE')

/** GRANT or REVOKE of a role, or of privileges on a database, schema, table, view or warehouse. */
const change = async (execution: Execution, verb: Verb): Promise<StatementResult> => {
  const reader = new TokenReader(execution.tokens)
  reader.expect(verb)
  if (reader.take('ROLE')) return changeRole(execution, reader, verb)
  const wanted = readPrivileges(reader)
  reader.expect('ON')
  const securables = readSecurables(execution, reader)
  reader.expect(verb === 'GRANT' ? 'TO' : 'FROM')
  reader.take('ROLE')
  const role = reader.name()
  reader.end()
  const { account, session } = execution
  if (!account.access.hasRole(role)) throw objectNotFound(displayName(role))
  for (const on of securables) {
    if (!account.access.has(session.role, 'OWNERSHIP', on))
      throw insufficientPrivileges('object', on.replace(/^\w+ /, ''))
    for (const privilege of wanted ?? allOf(on))
      if (verb === 'GRANT') account.access.grant(role, privilege, on)
      else account.access.revoke(role, privilege, on)
  }
  return executed('ddl')
}

const changeRole = (execution: Execution, reader: TokenReader, verb: Verb): StatementResult => {
  const { account } = execution
  const role = reader.name()
  requireAdministrator(execution, 'role', role)
  if (!account.access.hasRole(role)) throw objectNotFound(displayName(role))
  reader.expect(verb === 'GRANT' ? 'TO' : 'FROM')
  if (reader.take('USER')) {
    const name = reader.name()
    reader.end()
    const user = account.users.byName(name)
    if (!user) throw objectNotFound(displayName(name))
    if (verb === 'GRANT') user.roles.add(role)
    else user.roles.delete(role)
    return executed('ddl')
  }
  reader.take('ROLE')
  const holder = reader.name()
  reader.end()
  if (!account.access.hasRole(holder)) throw objectNotFound(displayName(holder))
  if (verb === 'GRANT') account.access.grantRole(role, holder)
  else account.access.revokeRole(role, holder)
  return executed('ddl')
}

/** Null for ALL [PRIVILEGES]. */
const readPrivileges = (reader: TokenReader): Privilege[] | null => {
  if (reader.take('ALL')) {
    reader.take('PRIVILEGES')
    return null
  }
  const found: Privilege[] = []
  do {
    const first = reader.name()
    const word = first === 'CREATE' ? `CREATE ${reader.name()}` : first
    if (!isPrivilege(word)) throw unsupported(`the privilege ${word}`)
    found.push(word)
  } while (reader.take(','))
  return found
}

const allOf = (on: Securable): Privilege[] => {
  if (on.startsWith('TABLE')) return ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES']
  if (on.startsWith('STAGE')) return ['READ', 'WRITE']
  if (on.startsWith('SCHEMA'))
    return ['USAGE', 'CREATE TABLE', 'CREATE VIEW', 'CREATE STAGE', 'MODIFY', 'MONITOR']
  if (on.startsWith('DATABASE')) return ['USAGE', 'CREATE SCHEMA', 'MODIFY', 'MONITOR']
  return ['USAGE', 'OPERATE', 'MONITOR', 'MODIFY']
}

const readSecurables = (execution: Execution, reader: TokenReader): Securable[] => {
  const { account, session } = execution
  if (reader.take('FUTURE')) throw unsupported('GRANT on future objects')
  if (reader.take('DATABASE')) {
    const name = reader.name()
    if (!account.dictionary.databases.has(name)) throw containerNotFound('Database', displayName(name))
    return [databaseSecurable(name)]
  }
  if (reader.take('STAGE')) {
    const name = account.qualify(session, reader.nameParts())
    const stage = account.stages.find(name)
    if (!stage || !account.access.hasAny(session.role, stageSecurable(stage)))
      throw objectNotFound(displayObject(name))
    return [stageSecurable(stage)]
  }
  if (reader.take('WAREHOUSE')) {
    const name = reader.name()
    if (!account.warehouses.has(name)) throw objectNotFound(displayName(name))
    return [warehouseSecurable(name)]
  }
  const all = reader.take('ALL', 'TABLES', 'IN') || reader.take('ALL', 'VIEWS', 'IN')
  if (all || reader.take('SCHEMA')) {
    if (all) reader.expect('SCHEMA')
    const [name = '', database = session.database ?? ''] = reader.nameParts().reverse()
    const schema = account.dictionary.schema(database, name)
    return all ? [...schema.tables.values()].map(tableSecurable) : [schemaSecurable(database, name)]
  }
  if (!reader.take('TABLE')) reader.take('VIEW')
  const name = account.qualify(session, reader.nameParts())
  const table = account.findTable(session, name)
  if (!table || !account.access.isVisible(session.role, table)) throw objectNotFound(displayObject(name))
  return [tableSecurable(table)]
}
