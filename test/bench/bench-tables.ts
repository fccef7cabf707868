/** A column of a bench table: how the warehouse types it and what it puts into a cell. */
export interface BenchColumn {
  readonly name: string
  readonly rowtype: Readonly<Record<string, unknown>>
  readonly catalogueType: string
  readonly cell: (row: number) => string | null
}

export interface BenchTable {
  readonly name: 'plain' | 'mixed'
  readonly columns: readonly BenchColumn[]
}

const text = (name: string, cell: BenchColumn['cell']): BenchColumn => ({
  name,
  rowtype: { name, type: 'text', length: 16777216, byteLength: 16777216, nullable: true },
  catalogueType: 'TEXT',
  cell,
})

const fixed = (name: string, scale: number, cell: BenchColumn['cell']): BenchColumn => ({
  name,
  rowtype: { name, type: 'fixed', precision: 38, scale, nullable: true },
  catalogueType: 'NUMBER',
  cell,
})

const typed = (name: string, type: string, scale: number, cell: BenchColumn['cell']): BenchColumn => ({
  name,
  rowtype: { name, type, scale, precision: 0, nullable: true },
  catalogueType: type.toUpperCase(),
  cell,
})

const digits = (row: number, length: number): string =>
  String((row * 2654435761) % 10 ** length).padStart(length, '0')
const ssn = (row: number): string => `9${digits(row, 2)}-${digits(row + 1, 2)}-${digits(row + 2, 4)}`

const identifying = [
  text('SSN', ssn),
  text('NAME', (row) => `Xy${digits(row, 6)} Zq${digits(row + 7, 6)}`),
  text('EMAIL', (row) => `p${digits(row, 7)}@patients.example`),
]

export const benchTables: Readonly<Record<BenchTable['name'], BenchTable>> = {
  plain: {
    name: 'plain',
    columns: [
      ...identifying,
      text('CITY', (row) => `city ${row % 977}`),
      text('DEPARTMENT', (row) => `department ${row % 31}`),
      text('CODE', (row) => `I${digits(row, 3)}`),
      text('STATUS', (row) => (row % 3 === 0 ? 'admitted' : 'discharged')),
      fixed('ID', 0, (row) => String(row)),
      fixed('COST', 2, (row) => `${row % 9973}.${digits(row, 2)}`),
      fixed('DAYS', 0, (row) => String(row % 40)),
    ],
  },
  mixed: {
    name: 'mixed',
    columns: [
      ...identifying,
      text('DEPARTMENT', (row) => `department ${row % 31}`),
      fixed('ID', 0, (row) => String(row)),
      fixed('COST', 2, (row) => `${row % 9973}.${digits(row, 2)}`),
      typed('RATIO', 'real', 0, (row) => String((row % 1000) / 7)),
      typed('BORN', 'date', 0, (row) => String(row % 20_000)),
      typed('ADMITTED_AT', 'timestamp_ntz', 9, (row) => `${1_600_000_000 + row}.${digits(row, 9)}`),
      typed('RESULT', 'variant', 0, (row) => `{"value": ${row % 500}, "unit": "mg/dL", "flags": ["H"]}`),
    ],
  },
}

export const renderRow = (table: BenchTable, row: number): (string | null)[] =>
  table.columns.map(({ cell }) => cell(row))

/** Answers for the metadata reads about one table; null for any other statement. */
export const catalogueRows = (sql: string): { names: string[]; rows: (string | null)[][] } | null => {
  if (sql.includes('.information_schema.views '))
    return { names: ['TABLE_SCHEMA', 'TABLE_NAME', 'VIEW_DEFINITION'], rows: [] }
  const described = /^describe table bench\.public\.(plain|mixed)$/.exec(sql)?.[1]
  if (described === undefined) return null
  const { columns } = benchTables[described as 'plain' | 'mixed']
  return {
    names: ['name', 'type', 'kind', 'null?'],
    rows: columns.map(({ name, catalogueType }) => [name, catalogueType, 'COLUMN', 'Y']),
  }
}
