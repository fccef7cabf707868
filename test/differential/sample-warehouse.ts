import type { Catalog } from '@snowfence/core'
import { createLocalSnowflake } from '@snowfence/local'
import { connectToClinic } from '../../packages/local/src/testing/driver.ts'
import { rowCount, type SampleTable, sampleTables } from './sample-tables.ts'
import { perturb, type Value } from './sample-values.ts'

export interface ResultColumn {
  readonly name: string
  /** In a form that can be compared, sorted: row order is not lineage. */
  readonly values: readonly string[]
}
export type Result = readonly ResultColumn[]

export interface SampleWarehouse {
  /** Runs a statement as the administrator. Null when the local Snowflake refuses it. */
  run(sql: string): Promise<Result | null>
  /** Fills a table with its sample rows; the columns that are named with canaries instead. */
  fill(table: SampleTable, canaryColumns?: readonly string[]): Promise<void>
  close(): Promise<void>
}

const literal = (type: string, value: Value): string => {
  if (value === null) return 'null'
  if (type === 'NUMBER') return String(value)
  return `'${(type === 'VARIANT' ? JSON.stringify(value) : String(value)).replaceAll("'", "''")}'`
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

const createText = ({ name, columns }: SampleTable): string =>
  `create or replace table ${name} (${columns.map((column) => `${quote(column.name)} ${column.type}`).join(', ')})`

const insertText = ({ name, columns }: SampleTable, canaryColumns: readonly string[]): string => {
  const rows = Array.from({ length: rowCount }, (_, row) => {
    const values = columns.map(({ name: column, type, valueAt }) => {
      const value = valueAt(row)
      return literal(type, canaryColumns.includes(column) ? perturb(type, value, row) : value)
    })
    return `(${values.join(', ')})`
  })
  const sources = columns.map(({ type }, index) => {
    const source = `column${index + 1}`
    if (type === 'VARIANT') return `parse_json(${source})`
    return type === 'NUMBER' || type === 'VARCHAR' ? source : `${source}::${type}`
  })
  const aliases = columns.map((_, index) => `column${index + 1}`)
  return `insert into ${name} select ${sources.join(', ')} from (values ${rows.join(', ')}) as v (${aliases.join(', ')})`
}

/** The last digits of a floating-point sum depend on the order of the rows. */
const comparable = (value: unknown): string =>
  value instanceof Date
    ? value.toISOString()
    : (JSON.stringify(value, (_, part) => (typeof part === 'number' ? Number(part.toPrecision(9)) : part)) ??
      'null')

const createViews = (catalog: Catalog): readonly string[] =>
  Object.entries(catalog).flatMap(([database, schemas]) =>
    Object.entries(schemas).flatMap(([schema, tables]) =>
      Object.entries(tables).flatMap(([name, entry]) => {
        if (Array.isArray(entry) || entry.definition === undefined) return []
        const query = entry.definition.replace(/^create .*? as (?=select|with)/i, '').replace(/;$/, '')
        const columns = entry.columns.map((column) =>
          quote(typeof column === 'string' ? column : column.name),
        )
        return [
          `use schema ${database}.${schema}`,
          `create or replace view ${quote(name)} (${columns.join(', ')}) as ${query}`,
        ]
      }),
    ),
  )

/** A local Snowflake with the tables and views of the conformance catalogue, and the real driver connected to it. */
export const createSampleWarehouse = async (catalog: Catalog): Promise<SampleWarehouse> => {
  const local = await createLocalSnowflake({ patients: 0 })
  const connection = await connectToClinic(local)
  const execute = (sqlText: string): Promise<Result> =>
    new Promise((resolve, reject) => {
      connection.execute({
        sqlText,
        rowMode: 'array',
        complete: (error, statement, rows) => {
          if (error) return reject(error)
          const cells = (rows ?? []) as unknown as readonly (readonly unknown[])[]
          resolve(
            (statement.getColumns() ?? []).map((column, index) => ({
              name: column.getName(),
              values: cells.map((row) => comparable(row[index])).sort(),
            })),
          )
        },
      })
    })
  const run = (sql: string) => execute(sql).catch(() => null)
  for (const text of [
    'create database if not exists finance',
    'create schema if not exists finance.billing',
    'create schema if not exists clinic.research',
  ])
    await execute(text)
  for (const table of sampleTables) {
    await execute(createText(table))
    await execute(insertText(table, []))
  }
  // Views that are broken on purpose are refused here too.
  for (const text of createViews(catalog)) await run(text)
  await execute('use schema clinic.public')
  return {
    run,
    fill: async (table, canaryColumns = []) => {
      await execute(`truncate table ${table.name}`)
      await execute(insertText(table, canaryColumns))
    },
    close: async () => {
      await new Promise<void>((resolve) => connection.destroy(() => resolve()))
      await local.close()
    },
  }
}
