import { evaluate, parsePolicy } from '@snowfence/policy'
import { createSqlAnalyzer } from '@snowfence/sql'
import { expect, test } from 'vitest'

const policy = parsePolicy(`version: 1
classes:
  place: { mask: token, uses: [filter, join, group, order, having, qualify, window] }
resources:
  - table: CLINIC.PUBLIC.PATIENTS
    columns: { ZIP: place, SEX: clear, PATIENT_ID: clear }
rules:
  - id: agents-read
    effect: permit
    actions: [select]
    resources: [CLINIC.PUBLIC.*]
  - id: payers-see-places
    effect: permit
    purposes: [HPAYMT]
    actions: [select]
    resources: [CLINIC.PUBLIC.*]
    reveal: [place]
`)
const analyzer = await createSqlAnalyzer()
const catalog = { CLINIC: { PUBLIC: { PATIENTS: ['PATIENT_ID', 'ZIP', 'SEX'] } } }

const decide = (sql: string, purpose = 'HOPERAT') => {
  const { summary } = analyzer.analyze(sql, { catalog, database: 'CLINIC', schema: 'PUBLIC' })
  expect(summary.status).toBe('analyzed')
  return evaluate(policy, {
    principal: { issuer: 'https://login.test', subject: 'agent', groups: [], claims: {} },
    agent: { id: 'pivot-bot' },
    purpose,
    now: new Date(),
    summary,
  })
}

test.each([
  ['every value', 'select * from patients pivot (count(PATIENT_ID) for ZIP in (any))'],
  ['in an order', 'select * from patients pivot (count(PATIENT_ID) for ZIP in (any order by ZIP))'],
  [
    'a query',
    'select * from patients pivot (count(PATIENT_ID) for SEX in (select distinct ZIP from patients))',
  ],
  [
    'a computation',
    'select * from (select PATIENT_ID, upper(ZIP) as Z from patients) pivot (count(PATIENT_ID) for Z in (any))',
  ],
  [
    'an alias in a subquery',
    'with q as (select PATIENT_ID, ZIP as A from patients) select * from (select * from q pivot (count(PATIENT_ID) for A in (any)))',
  ],
])('no column is called by values that are masked: %s', (_case, sql) => {
  const { decision, reasons } = decide(sql)
  expect(decision).toBe('deny')
  expect(reasons.map(({ message }) => message).join()).toContain('PIVOT would call columns by the values')
})

test('columns are called by values that are shown anyway', () => {
  expect(
    decide('select * from (select PATIENT_ID, SEX from patients) pivot (count(PATIENT_ID) for SEX in (any))'),
  ).toMatchObject({
    decision: 'allow',
  })
  expect(
    decide(
      'select * from (select PATIENT_ID, ZIP from patients) pivot (count(PATIENT_ID) for ZIP in (any))',
      'HPAYMT',
    ),
  ).toMatchObject({ decision: 'allow' })
})

test('what stands under such a name keeps its mask', () => {
  const { decision, columns } = decide(
    'select * from (select SEX, ZIP from patients) pivot (max(ZIP) for SEX in (any))',
  )
  expect(decision).toBe('allow')
  expect(columns.at(-1)).toMatchObject({ mask: { kind: expect.stringMatching(/token|withhold/) } })
})
