import { createLocalSnowflake } from '@snowfence/local'
import { connectToClinic } from '../../packages/local/src/testing/driver.ts'
import type { TableDefinition, World } from './compilation.ts'
import { textOf } from './convert-value.ts'
import { driverValue } from './shown-columns.ts'
import { plainSettings } from './statement-tree.ts'
import { type Type, type Value, Variant } from './value.ts'

/** The local Snowflake with the rows of one world. */
export interface WorldWarehouse {
  /** The rows of a statement in a form that can be compared, sorted; a text where it fails. */
  run(sql: string): Promise<readonly string[] | string>
  close(): Promise<void>
}

const written: Readonly<Partial<Record<Type['family'], string>>> = {
  number: 'number',
  text: 'varchar',
  date: 'date',
  ntz: 'timestamp_ntz',
  variant: 'variant',
}

const literal = (value: Value, type: Type): string => {
  if (value === null) return 'null'
  if (typeof value === 'number') return String(value)
  const text = value instanceof Variant ? JSON.stringify(value.json) : textOf(value, type, plainSettings)
  return `'${text?.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

const columnType = ({ family, size, scale }: Type): string =>
  family === 'number' ? `number(${size ?? 38}, ${scale ?? 0})` : (written[family] ?? 'varchar')

/** A cell as one text, whatever gives it. The last digits of a floating-point number depend on the order of a sum. */
const comparable = (value: unknown): string => {
  if (value === null || value === undefined) return 'null'
  if (value instanceof Date) return value.toISOString()
  if (Buffer.isBuffer(value)) return value.toString('hex')
  if (typeof value === 'string' && /^\d\d:\d\d:\d\d(\.0+)?$/.test(value)) return value.slice(0, 8)
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'number'
      ? Number(part.toPrecision(9))
      : typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
  )
}

export const comparableRows = (rows: readonly (readonly Value[])[]): readonly string[] =>
  rows.map((row) => row.map((value) => comparable(driverValue(value))).join(' | ')).sort()

/** Starts a local Snowflake and writes a world into it. */
export const createWorldWarehouse = async (
  tables: ReadonlyMap<string, TableDefinition>,
  world: World,
): Promise<WorldWarehouse> => {
  const local = await createLocalSnowflake({ patients: 0 })
  const connection = await connectToClinic(local)
  const execute = (sqlText: string): Promise<readonly string[]> =>
    new Promise((resolve, reject) => {
      connection.execute({
        sqlText,
        rowMode: 'array',
        complete: (error, _, rows) => {
          if (error) return reject(error)
          const cells = (rows ?? []) as unknown as readonly (readonly unknown[])[]
          resolve(cells.map((row) => row.map(comparable).join(' | ')).sort())
        },
      })
    })
  for (const [name, { columns }] of tables) {
    const declared = columns.map((column) => `${column.name} ${columnType(column.type)}`).join(', ')
    await execute(`create or replace table clinic.public.${name} (${declared})`)
    const sources = columns.map(({ type }, index) =>
      type.family === 'variant'
        ? `parse_json(column${index + 1})`
        : `column${index + 1}::${columnType(type)}`,
    )
    const rows = (world.get(name) ?? []).map(
      (row) => `(${row.map((value, index) => literal(value, columns[index]!.type)).join(', ')})`,
    )
    const names = columns.map((_, index) => `column${index + 1}`).join(', ')
    await execute(
      `insert into clinic.public.${name} select ${sources.join(', ')} from (values ${rows.join(', ')}) as v (${names})`,
    )
  }
  await execute('use schema clinic.public')
  return {
    run: (sql) => execute(sql).catch((error: unknown) => String((error as Error).message)),
    close: async () => {
      await new Promise<void>((resolve) => connection.destroy(() => resolve()))
      await local.close()
    },
  }
}
