import { readFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'

const columnName = z.string().regex(/^[A-Z_]+\.[A-Z0-9_]+$/)

const policySchema = z.strictObject({
  /** By table and column. `refused`: a statement that touches the column is refused. */
  columns: z.record(z.string(), z.record(z.string(), z.enum(['clear', 'masked', 'refused']))),
  /** Uses of masked columns that are permitted. A join compares stored cells with each other, never with values of the writer's. */
  uses: z
    .record(columnName, z.array(z.enum(['filter', 'equality-filter', 'join', 'group', 'order'])))
    .default({}),
  /** What may be computed from masked columns and shown. */
  computed: z.record(columnName, z.array(z.enum(['year', 'age in years']))).default({}),
  /** By table: the column that says whose data a row is. */
  subjects: z.record(z.string(), z.string()),
  grants: z.array(
    z.strictObject({
      principal: z.string(),
      purposes: z.array(z.string()),
      tables: z.array(z.string()),
      /** Masked columns that this grant shows. */
      reveals: z.array(columnName).default([]),
      /** Only groups of at least so many rows, and no value of a single row. */
      minimumGroup: z.number().optional(),
      /** Distinct people are counted, so each row must say whose data it is. */
      countsPeople: z.boolean().default(false),
    }),
  ),
})
export type NeutralPolicy = z.infer<typeof policySchema>

const read = (name: string): unknown => JSON.parse(readFileSync(path.join(import.meta.dirname, name), 'utf8'))

export const readPolicies = (): Record<string, NeutralPolicy> =>
  z.record(z.string(), policySchema).parse(read('policies.json'))

export interface Readable {
  readonly tables: readonly string[]
  /** Columns that are shown as they are, by table. */
  readonly clear: ReadonlyMap<string, readonly string[]>
  /** Columns of the same tables that are not. */
  readonly hidden: ReadonlyMap<string, readonly string[]>
}

/** What a principal may read for a purpose, for gates that only know tables and columns. Null: nothing. */
export const readableBy = (policy: NeutralPolicy, principal: string, purpose: string): Readable | null => {
  const grant = policy.grants.find((one) => one.principal === principal && one.purposes.includes(purpose))
  if (grant === undefined) return null
  const split = (isWanted: (column: string, visibility: string) => boolean) =>
    new Map(
      grant.tables.map((table) => [
        table,
        Object.entries(policy.columns[table] ?? {})
          .filter(([column, visibility]) => isWanted(`${table}.${column}`, visibility))
          .map(([column]) => column),
      ]),
    )
  const isClear = (column: string, visibility: string) =>
    visibility === 'clear' || grant.reveals.includes(column)
  return {
    tables: grant.tables,
    clear: split(isClear),
    hidden: split((column, visibility) => !isClear(column, visibility)),
  }
}
