import type { BaseTable, RelationColumn } from '../catalogue/catalogue-index.ts'
import type { StoredTableName } from '../catalogue/table-statements.ts'
import { viewQuery } from '../catalogue/view-query.ts'
import { type Json, variantOf } from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { oneTable, type RowOrigin } from './aggregation.ts'
import type { ObjectName } from './object-name.ts'
import { type OutputColumn, resolveQuery } from './query.ts'
import type { StatementContext } from './scope.ts'
import type { TableUse } from './table-use.ts'
import { placed, refuseUnplaced } from './unplaced-column.ts'
import { withOtherTables } from './unread-tables.ts'

/** The columns of a table, or of a view through its definition. Records the read. */
export const openBaseTable = (
  table: BaseTable,
  name: ObjectName,
  context: StatementContext,
): { readonly columns: readonly RelationColumn[]; readonly origin: RowOrigin; readonly use: TableUse } => {
  const use = context.findings.readTable(table.name, table.isMetadata)
  if (table.definition === null) return { columns: table.columns, origin: oneTable, use }
  const stale = (missing: readonly StoredTableName[] = []) =>
    new Refusal('stale-view', { detail: table.name, place: name.place, missing })
  if (context.openViews.includes(table.name)) throw stale()
  const [database, schema] = table.parts
  const inner: StatementContext = {
    ...context,
    database,
    schema,
    openViews: [...context.openViews, table.name],
  }
  try {
    const query = parseDefinition(table, table.definition, context)
    const result = context.findings.withoutPlaces(() =>
      context.findings.at(null, () => resolveQuery(query, inner, { parent: null, ctes: null })),
    )
    if (result.columns.length !== table.columns.length) throw stale()
    const found = inOrderOf(table.columns, result.columns)
    const columns = table.columns.map((column, index) => ({
      ...placed(found[index]!),
      name: column.name,
      view: column.lineage.keys().next().value!,
    }))
    return { columns, origin: result.origin, use }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw stale(
      error.missing.length === 0
        ? []
        : withOtherTables(error.missing, parseDefinition(table, table.definition, context), inner),
    )
  }
}

/** The view's own names tell the order of what its query gives, where that has no other. */
const inOrderOf = (
  columns: readonly RelationColumn[],
  found: readonly OutputColumn[],
): readonly OutputColumn[] => {
  if (!found.some(({ isUnplaced }) => isUnplaced === true)) return found
  return columns.map(({ name }) => {
    const [only, ...others] = found.filter((column) => column.name === name)
    if (only === undefined || others.length > 0) refuseUnplaced(found)
    return only!
  })
}

/** Parsed once for each catalogue. */
const parseDefinition = (table: BaseTable, definition: string, { parser }: StatementContext): Json => {
  if (table.parsedDefinition !== null) return table.parsedDefinition
  const text = viewQuery(definition)
  if (text === null) throw new Refusal('stale-view')
  const { statements } = parser.parse(text)
  const { name, body } = variantOf(statements[0], 'a view')
  if (statements.length !== 1 || name !== 'Query') throw new Refusal('stale-view')
  table.parsedDefinition = body
  return body
}
