import type { BaseTable } from '../catalogue/catalogue-index.ts'
import { writeName } from '../lexer/identifier.ts'
import { Refusal } from '../refusal.ts'
import { nearestName } from './nearest-name.ts'
import type { ObjectName } from './object-name.ts'
import type { CteScope, StatementContext } from './scope.ts'

/** Common table expressions are called by one-part names only, and stand in front of tables. */
export const findCte = (parts: readonly string[], ctes: CteScope | null): CteScope | null => {
  if (parts.length !== 1) return null
  for (let at = ctes; at !== null; at = at.outer) if (at.name === parts[0]) return at
  return null
}

/** Completes a name with the session's database and schema. `DB..T` means the schema PUBLIC. */
export const qualify = (
  { parts, place }: Pick<ObjectName, 'parts' | 'place'>,
  { database, schema }: Pick<StatementContext, 'database' | 'schema'>,
): readonly [database: string, schema: string, name: string] => {
  const name = parts.at(-1)!
  const schemaPart = parts.length > 1 ? parts[parts.length - 2]! || 'PUBLIC' : schema
  const databasePart = parts.length > 2 ? parts[parts.length - 3]! : database
  if (parts.length > 3) throw new Refusal('unknown-table', { detail: writeName(parts), place })
  if (schemaPart === null || databasePart === null) {
    throw new Refusal('no-current-schema', { detail: writeName(parts), place })
  }
  return [databasePart, schemaPart, name]
}

/** The table of a name. @throws Refusal when the catalogue has none, or the name is a stage's */
export const findTable = (name: ObjectName, context: StatementContext): BaseTable => {
  if (name.isStage) throw new Refusal('stage-not-supported', { place: name.place })
  const parts = qualify(name, context)
  const table = context.catalogue.find(...parts)
  if (table === null) throw unknownTable(parts, name, context)
  return table
}

const unknownTable = (
  parts: readonly [database: string, schema: string, name: string],
  written: Pick<ObjectName, 'parts' | 'place'>,
  context: StatementContext,
): Refusal =>
  new Refusal('unknown-table', {
    detail: writeName(written.parts),
    place: written.place,
    missing: [{ database: parts[0], schema: parts[1], table: parts[2] }],
    nearest: nearestTable(parts, context),
  })

/** The table of this name in another schema, or the one of the same schema that is written most like it. */
const nearestTable = (
  [database, schema, name]: readonly [database: string, schema: string, name: string],
  { catalogue, absent }: StatementContext,
): string | null => {
  const similar = (absent?.get(writeName([database, schema, name])) ?? []).filter(
    (other) => other.database === database,
  )
  const elsewhere = [
    ...catalogue.schemasWith(database, name),
    ...similar.filter(({ table }) => table === name).map((other) => other.schema),
  ]
  if (elsewhere.length > 0) return writeName([database, elsewhere[0]!, name])
  const nearest = nearestName(name, [
    ...catalogue.tablesOf(database, schema),
    ...similar.filter((other) => other.schema === schema).map(({ table }) => table),
  ])
  return nearest === null ? null : writeName([database, schema, nearest])
}

/**
 * Whether the name means something already: an outer common table expression or a table.
 *
 * @throws Refusal when nobody has looked yet whether there is such a table
 */
export const hasTable = (
  parts: readonly string[],
  context: StatementContext,
  ctes: CteScope | null,
): boolean => {
  if (findCte(parts, ctes) !== null) return true
  const { database, schema, absent } = context
  if (database === null || schema === null) return false
  // A query looks in PUBLIC too, by the search path that a session has at first. Source: Snowflake, Object name resolution.
  const places = [...new Set([schema, 'PUBLIC'])].map((from) => [database, from, parts.at(-1)!] as const)
  if (places.some((name) => context.catalogue.find(...name) !== null)) return true
  const unread = absent && places.find((name) => !absent.has(writeName(name)))
  if (unread !== undefined) throw unknownTable(unread, { parts, place: null }, context)
  return false
}

/** DUAL has one row and no column, unless somebody has made a table of that name. Source: Snowflake, SELECT. */
export const isDual = ({ parts, isStage }: ObjectName, context: StatementContext): boolean =>
  parts.length === 1 && parts[0] === 'DUAL' && !isStage && !hasTable(parts, context, null)
