import { displayObject } from '../dictionary/identifier.ts'
import { informationSchema } from '../dictionary/information-schema.ts'
import { readHistoryArguments } from '../query/history-arguments.ts'
import { queryHistory } from '../query/query-history.ts'
import { objectNotFound } from '../snowflake-error.ts'
import type { TranslationContext } from '../sql/translation.ts'
import { contextFunction } from './context-function.ts'
import type { Execution } from './execution.ts'
import { resultScan } from './result-scan.ts'

/** What a statement's translation may ask, answered for its session and role. */
export const translationContext = (execution: Execution): TranslationContext => {
  const { account, session } = execution
  return {
    qualify: (parts) => account.qualify(session, parts),
    resolveTable: (name, privilege) => {
      const table = account.findTable(session, name)
      if (!table) throw objectNotFound(displayObject(name))
      account.access.requireTable(session.role, privilege, table)
      return table
    },
    supply: (name) => {
      if (name.database === 'SNOWFLAKE' && name.schema === 'ACCOUNT_USAGE' && name.name === 'QUERY_HISTORY') {
        if (!account.access.isAdministrator(session.role)) throw objectNotFound(displayObject(name))
        return queryHistory(account.queries.history())
      }
      return name.schema === 'INFORMATION_SCHEMA' ? informationSchema(account, session.role, name) : null
    },
    supplyFunction: (name, args) => {
      if (name === 'RESULT_SCAN') return resultScan(execution, args)
      if (name !== 'QUERY_HISTORY' && name !== 'QUERY_HISTORY_BY_SESSION') return null
      const asked = readHistoryArguments(args)
      if (asked === null) return null
      const { since, limit } = asked
      const all = account.access.isAdministrator(session.role)
      const seen = account.queries
        .history()
        .filter((query) => all || query.session.user === session.user)
        .filter(({ endedAt }) => since === null || endedAt === null || endedAt >= since)
      return queryHistory(seen.slice(Math.max(0, seen.length - limit)))
    },
    contextFunction: (name, args) => contextFunction(execution, name, args),
  }
}
