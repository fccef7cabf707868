import type { TableEntry } from '../dictionary/dictionary.ts'
import { encodeName, quoteLiteral } from '../dictionary/identifier.ts'
import type { EngineConnection } from '../engine/duckdb.ts'
import { unsupported } from '../snowflake-error.ts'
import { allowedCalls } from './allowed-calls.ts'
import { isObject } from './syntax-tree.ts'
import type { TranslatedChange } from './translate-change.ts'
import type { TranslatedQuery } from './translate-query.ts'

/** What DuckDB's parser makes of syntax that looks like no call. */
const syntaxCalls = new Set([
  'count_star',
  ...['like', 'ilike', 'not_like', 'not_ilike'].map((name) => `${name}_escape`),
  'position',
  'row',
  'struct_pack',
  'timezone',
  ...['years', 'quarters', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'].map(
    (part) => `to_${part}`,
  ),
])
const noCatalogs = new Set(['', 'system'])
const systemSchemas = new Set(['', 'main', 'pg_catalog'])

const tableFunctions = new Set(['snow_flatten', 'snow_flatten_outer', 'snow_rows'])

const commonTables = (value: unknown, found: Set<string>): Set<string> => {
  if (Array.isArray(value)) for (const item of value) commonTables(item, found)
  else if (isObject(value)) {
    const map = isObject(value.cte_map) ? value.cte_map.map : null
    if (Array.isArray(map)) for (const entry of map) if (isObject(entry)) found.add(String(entry.key))
    for (const part of Object.values(value)) commonTables(part, found)
  }
  return found
}

const verifyNode = (value: unknown, allowed: (schema: string, table: string) => boolean): void => {
  if (Array.isArray(value)) for (const item of value) verifyNode(item, allowed)
  else if (isObject(value)) {
    const called = isObject(value.function) ? String(value.function.function_name) : null
    if (value.type === 'TABLE_FUNCTION' && !tableFunctions.has(called?.toLowerCase() ?? ''))
      throw unsupported('a table function of this statement')
    if (value.type === 'BASE_TABLE') {
      const plain = value.catalog_name === '' && isText(value.schema_name) && isText(value.table_name)
      if (!plain || !allowed(String(value.schema_name), String(value.table_name)))
        throw unsupported('a table that was not checked')
    }
    if (typeof value.function_name === 'string' && value.is_operator !== true) {
      const name = value.function_name.toLowerCase()
      const known = allowedCalls.has(name) || syntaxCalls.has(name) || tableFunctions.has(name)
      if (!known || !systemSchemas.has(String(value.schema)) || !noCatalogs.has(String(value.catalog)))
        throw unsupported(`the function ${name.toUpperCase()}`)
    }
    for (const part of Object.values(value)) verifyNode(part, allowed)
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'

/**
 * Has DuckDB itself read the final text, and refuses it if DuckDB sees a table that was not checked, a function that
 * is not on the list, or a table function that is not ours.
 *
 * INVARIANT: no table is read that the role's privileges were not checked for, whatever the transpiler made.
 */
export const verifyQuery = (connection: EngineConnection, query: TranslatedQuery): Promise<void> =>
  verifyText(connection, query.skeleton, query.tables, query.supplied)

/** The same for a statement that changes data, by queries over all that it reads. */
export const verifySkeletons = async (
  connection: EngineConnection,
  change: Pick<TranslatedChange, 'skeletons' | 'tables'>,
): Promise<void> => {
  for (const skeleton of change.skeletons) await verifyText(connection, skeleton, change.tables, [])
}

const verifyText = async (
  connection: EngineConnection,
  text: string,
  checked: readonly TableEntry[],
  supplied: readonly string[],
): Promise<void> => {
  const tree = await connection.parse(quoteLiteral(text))
  const common = commonTables(tree, new Set())
  const tables = new Set(
    checked.map((table) => JSON.stringify([table.physicalSchema, encodeName(table.name)])),
  )
  verifyNode(tree, (schema, table) =>
    schema === ''
      ? common.has(table) || supplied.includes(table)
      : tables.has(JSON.stringify([schema, table])),
  )
}
