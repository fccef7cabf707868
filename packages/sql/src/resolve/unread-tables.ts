import type { StoredTableName } from '../catalogue/table-statements.ts'
import { writeName } from '../lexer/identifier.ts'
import { readWritten } from '../parser/identifier-node.ts'
import { isAbsent, isObject, type Json, type JsonObject } from '../parser/node.ts'
import type { StatementContext } from './scope.ts'
import { qualify } from './table-lookup.ts'

/** So many are looked up at once. */
const MOST = 50

/**
 * The names of tables that a text has and the catalogue does not, after those that are known to be needed. They are looked for
 * by their form alone, so one may be none: it is then looked up for nothing.
 */
export const withOtherTables = (
  needed: readonly StoredTableName[],
  tree: Json | undefined,
  context: StatementContext,
): readonly StoredTableName[] => {
  const found = new Map(needed.map((name) => [keyOf(name), name]))
  const expressions = new Set<string>()
  const names: (readonly string[])[] = []
  const pending: (Json | undefined)[] = [tree]
  while (pending.length > 0) {
    const node = pending.pop()
    if (typeof node !== 'object' || node === null) continue
    if (isObject(node)) {
      const parts = isObject(node.Table) ? partsOf(node.Table) : null
      if (parts !== null) names.push(parts)
      if (Array.isArray(node.cte_tables))
        for (const name of expressionsOf(node.cte_tables)) expressions.add(name)
    }
    pending.push(...Object.values(node))
  }
  for (const parts of names) {
    if (found.size >= MOST) break
    if (parts.length > 3 || (parts.length === 1 && expressions.has(parts[0]!))) continue
    const name = completed(parts, context)
    if (name !== null && isUnread(name, context)) found.set(keyOf(name), name)
  }
  return [...found.values()]
}

const keyOf = ({ database, schema, table }: StoredTableName): string => writeName([database, schema, table])

const isUnread = (name: StoredTableName, { catalogue, absent }: StatementContext): boolean =>
  catalogue.find(name.database, name.schema, name.table) === null && absent?.has(keyOf(name)) !== true

/** The parts of a plain name in FROM; null for a stage, a function, or a name that is decided at run time. */
const partsOf = ({ name, args }: JsonObject): readonly string[] | null => {
  if (!Array.isArray(name) || !isAbsent(args)) return null
  const parts: string[] = []
  for (const part of name as readonly Json[]) {
    if (!isObject(part) || part.Identifier === undefined) return null
    const { name: text, quote } = readWritten(part.Identifier)
    if (quote === "'" || (quote === null && /^[@?:$]/.test(text))) return null
    parts.push(text)
  }
  return parts.length === 0 ? null : parts
}

const expressionsOf = (tables: readonly Json[]): readonly string[] =>
  tables.flatMap((table) => {
    const alias = isObject(table) ? table.alias : undefined
    return isObject(alias) && isObject(alias.name) ? [readWritten(alias.name).name] : []
  })

const completed = (parts: readonly string[], context: StatementContext): StoredTableName | null => {
  if ((parts.length < 3 && context.database === null) || (parts.length < 2 && context.schema === null))
    return null
  const [database, schema, table] = qualify({ parts, place: null }, context)
  return { database, schema, table }
}
