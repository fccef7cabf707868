import type { Catalog, ColumnName } from '@snowfence/core'
import { quoteName } from '../naming/qualified-name.ts'

/** Snowflake tags by column: `DB.SCHEMA.TABLE.COLUMN` -> `DB.SCHEMA.TAG` -> value. */
export type ColumnTags = Readonly<Record<ColumnName, Readonly<Record<string, string>>>>

/** The tags that a catalogue holds. Undefined when it holds none at all: nobody has read them then. */
export const columnTagsOf = (catalog: Catalog): ColumnTags | undefined => {
  const found = Object.entries(catalog).flatMap(([database, schemas]) =>
    Object.entries(schemas).flatMap(([schema, tables]) =>
      Object.entries(tables).flatMap(([table, entry]) =>
        (Array.isArray(entry) ? [] : entry.columns).flatMap((column) =>
          typeof column === 'string' || column.tags === undefined
            ? []
            : [[[database, schema, table, column.name].map(quoteName).join('.'), column.tags] as const],
        ),
      ),
    ),
  )
  return found.length === 0 ? undefined : Object.fromEntries(found)
}
