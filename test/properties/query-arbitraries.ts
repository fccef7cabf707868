import type { Catalog } from '@snowfence/core'
import fc, { type GeneratorValue } from 'fast-check'

export const session = { database: 'CLINIC', schema: 'PUBLIC' } as const

export const catalog: Catalog = {
  CLINIC: {
    PUBLIC: {
      PATIENTS: ['PATIENT_ID', 'SSN', 'CITY'],
      ENCOUNTERS: ['ENCOUNTER_ID', 'PATIENT_ID', 'COST'],
      LABS: ['LAB_ID', 'RESULT'],
    },
  },
}

const tables = Object.entries(catalog.CLINIC?.PUBLIC ?? {}).map(([name, columns]) => ({
  name,
  columns: columns as string[],
}))

/** A query whose made-up names are numbers until it is written, so that it can be written with any names. */
export interface MadeQuery {
  /** The numbers of its output columns, in order. */
  readonly outputs: readonly number[]
  write(name: (number: number) => string): string
}

/** Something that a column can be taken from: its written form needs the relation's name. */
interface ColumnSource {
  write(name: (number: number) => string): string
}

interface Numbers {
  next: number
}

const expressions: readonly ((column: string) => string)[] = [
  (column) => column,
  (column) => `upper(${column})`,
  (column) => `coalesce(${column}, 'none')`,
  (column) => `max(${column}) over (partition by ${column})`,
  (column) => `case when ${column} = '1' then 'a' else ${column} end`,
  (column) => `${column}::varchar`,
  (column) => `${column}:path[0].key`,
  (column) => `array_construct(${column}, 1)`,
  (column) => `(select max(${column}))`,
  (column) => `iff(exists (select 1 from labs x where x.lab_id = ${column}), 1, 0)`,
]

const clauses: readonly ((column: string) => string)[] = [
  (column) => ` where ${column} is not null`,
  (column) => ` where ${column} in (select result from labs)`,
  (column) => ` qualify row_number() over (order by ${column}) = 1`,
  () => '',
  () => '',
]

const makeSource = (
  value: GeneratorValue,
  depth: number,
  numbers: Numbers,
): { readonly columns: readonly ColumnSource[]; write: MadeQuery['write'] } => {
  const alias = numbers.next++
  if (depth > 0 && value(fc.boolean)) {
    const inner = makeQuery(value, depth - 1, numbers)
    return {
      columns: inner.outputs.map((output) => ({ write: (name) => `${name(alias)}.${name(output)}` })),
      write: (name) => `(${inner.write(name)}) ${name(alias)}`,
    }
  }
  const table = value(fc.constantFrom, ...tables)
  return {
    columns: table.columns.map((column: string) => ({
      write: (name: Parameters<MadeQuery['write']>[0]) => `${name(alias)}.${column}`,
    })),
    write: (name) => `${table.name} as ${name(alias)}`,
  }
}

/** Makes a query over the catalogue: tables, subqueries, joins, set operations, expressions with lineage of every kind. */
export const makeQuery = (value: GeneratorValue, depth: number, numbers: Numbers): MadeQuery => {
  const sources = [makeSource(value, depth, numbers)]
  if (value(fc.boolean)) sources.push(makeSource(value, depth, numbers))
  const columns = sources.flatMap((source) => source.columns)
  const pickColumn = () => value(fc.constantFrom, ...columns)
  const items = Array.from({ length: value(fc.integer, { min: 1, max: 3 }) }, () => ({
    column: pickColumn(),
    expression: value(fc.constantFrom, ...expressions),
    alias: numbers.next++,
  }))
  const clause = value(fc.constantFrom, ...clauses)
  const clauseColumn = pickColumn()
  const [left, right] = [pickColumn(), pickColumn()]
  const arm = depth > 0 && value(fc.boolean) ? makeArm(value, items.length) : ''
  const write: MadeQuery['write'] = (name) => {
    const list = items.map(
      ({ column, expression, alias }) => `${expression(column.write(name))} as ${name(alias)}`,
    )
    const from = sources.map((source) => source.write(name)).join(' join ')
    const on = sources.length > 1 ? ` on ${left.write(name)} = ${right.write(name)}` : ''
    return `select ${list.join(', ')} from ${from}${on}${clause(clauseColumn.write(name))}${arm}`
  }
  return { outputs: items.map(({ alias }) => alias), write }
}

const makeArm = (value: GeneratorValue, width: number): string => {
  const operator = value(fc.constantFrom, 'union all', 'union', 'intersect', 'except')
  const table = value(fc.constantFrom, ...tables)
  const list = Array.from({ length: width }, () => value(fc.constantFrom, ...table.columns))
  return ` ${operator} select ${list.join(', ')} from ${table.name}`
}

export const nameWith =
  (prefix: string) =>
  (number: number): string =>
    `${prefix}${number}`
