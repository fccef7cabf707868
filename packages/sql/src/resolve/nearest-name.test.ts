import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = {
  C: {
    P: { PATIENTS: ['PATIENT_ID', 'LAST_NAME', 'BIRTH_DATE'], VISITS: ['ID', 'odd name'] },
    R: { STUDIES: ['ID'] },
  },
}

const hintOf = (sql: string): string => {
  const { summary } = analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' })
  return summary.status === 'unsupported' ? summary.reason.hint : 'analysed'
}

test.each([
  ['select last_nam from patients', 'LAST_NAME'],
  ['select p.birthdate from patients p', 'BIRTH_DATE'],
  ['select * exclude (patientid) from patients', 'PATIENT_ID'],
  ['select 1 from patient', 'C.P.PATIENTS'],
  ['select 1 from studies', 'C.R.STUDIES'],
  ['select (select lastname) from patients', 'LAST_NAME'],
])('%j is answered with the name that may be meant', (sql, name) => {
  expect(hintOf(sql)).toContain(`did you mean \`${name}\`?`)
})

test('a name that is like no other is answered with none', () => {
  for (const sql of [
    'select diagnosis from patients',
    'select 1 from invoices',
    `select ${'x'.repeat(200)} from patients`,
  ])
    expect(hintOf(sql)).not.toContain('did you mean')
})
