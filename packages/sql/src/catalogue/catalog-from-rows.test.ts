import { catalogSchema } from '@snowfence/core'
import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'
import { catalogFromRows } from './catalog-from-rows.ts'
import { catalogStatements } from './catalog-statements.ts'

const column = (table: string, name: string) => ({
  TABLE_SCHEMA: 'PUBLIC',
  TABLE_NAME: table,
  COLUMN_NAME: name,
  DATA_TYPE: 'TEXT',
})

const catalog = catalogFromRows('CLINIC', {
  columns: [
    column('PATIENTS', 'ID'),
    column('PATIENTS', 'SSN'),
    column('V', 'X'),
    column('S', 'X'),
    column('__proto__', 'Y'),
  ],
  views: [
    {
      TABLE_SCHEMA: 'PUBLIC',
      TABLE_NAME: 'V',
      VIEW_DEFINITION: 'create view V(X) as select upper(ssn) from patients;',
    },
    { TABLE_SCHEMA: 'PUBLIC', TABLE_NAME: 'S', VIEW_DEFINITION: null },
  ],
})

const analyzer = await createSqlAnalyzer()
const columnsOf = (text: string) => {
  const { summary } = analyzer.analyze(text, { catalog, database: 'CLINIC', schema: 'PUBLIC' })
  return summary.status === 'analyzed' ? summary.outputs.map(({ columns }) => columns) : summary.reason.code
}

test('rows of INFORMATION_SCHEMA become a catalogue of the agreed form', () => {
  expect(catalogSchema.safeParse(JSON.parse(JSON.stringify(catalog))).success).toBe(true)
  expect(columnsOf('select * from patients')).toEqual([
    ['CLINIC.PUBLIC.PATIENTS.ID'],
    ['CLINIC.PUBLIC.PATIENTS.SSN'],
  ])
})

test('a view is seen through its definition, one without is a table of its own', () => {
  expect(columnsOf('select x from v')).toEqual([['CLINIC.PUBLIC.PATIENTS.SSN']])
  expect(columnsOf('select x from s')).toEqual([['CLINIC.PUBLIC.S.X']])
})

test('a table may have any name', () => {
  expect(columnsOf('select y from "__proto__"')).toEqual([['CLINIC.PUBLIC."__proto__".Y']])
  expect(columnsOf('select 1 from "constructor"')).toBe('unknown-table')
})

test('the statements of a catalogue are metadata reads themselves, under any name of a database', () => {
  for (const database of ['CLINIC', 'my "clinic"']) {
    for (const text of catalogStatements(database)) {
      const { summary } = analyzer.analyze(text, { catalog: { [database]: {} }, database, schema: null })
      expect(summary).toMatchObject({ status: 'analyzed', effects: ['metadata'] })
    }
  }
})
