import * as z from 'zod'

/** A column's name, or more about it. Tags are Snowflake's, by `DATABASE.SCHEMA.TAG`. */
const catalogColumnSchema = z.union([
  z.string(),
  z.strictObject({
    name: z.string(),
    type: z.string(),
    tags: z.record(z.string(), z.string()).optional(),
  }),
])

/** A base table is its column names (or names with types); a view also has its definition. */
export const catalogEntrySchema = z.union([
  z.array(z.string()),
  z.strictObject({
    columns: z.array(catalogColumnSchema),
    definition: z.string().optional(),
  }),
])

/** What exists in the warehouse: database -> schema -> table -> columns. Names are as Snowflake stores them. */
export const catalogSchema = z.record(
  z.string(),
  z.record(z.string(), z.record(z.string(), catalogEntrySchema)),
)

export type CatalogEntry = z.infer<typeof catalogEntrySchema>
export type Catalog = z.infer<typeof catalogSchema>
