import { textPool, type Value, variantOf } from './sample-values.ts'

export interface SampleColumn {
  readonly name: string
  readonly type: 'NUMBER' | 'VARCHAR' | 'DATE' | 'TIMESTAMP_NTZ' | 'VARIANT'
  readonly valueAt: (row: number) => Value
}

export interface SampleTable {
  /** As it is written in SQL, in full. */
  readonly name: string
  readonly columns: readonly SampleColumn[]
}

export const rowCount = 12

const key = (name: string): SampleColumn => ({ name, type: 'NUMBER', valueAt: (row) => row + 1 })
/** A key of another table: not in step with the own key, so that joins mix the rows. */
const reference = (name: string, step: number): SampleColumn => ({
  name,
  type: 'NUMBER',
  valueAt: (row) => ((row * step) % rowCount) + 1,
})
const amount = (name: string, factor: number): SampleColumn => ({
  name,
  type: 'NUMBER',
  valueAt: (row) => ((row * 37) % 11) * factor + 5,
})
const text = (name: string, ...pool: readonly (string | null)[]): SampleColumn => ({
  name,
  type: 'VARCHAR',
  valueAt: textPool(pool),
})
const day = (name: string, firstYear: number): SampleColumn => ({
  name,
  type: 'DATE',
  valueAt: (row) => `${firstYear + ((row * 5) % 60)}-0${(row % 9) + 1}-1${row % 10}`,
})
const moment = (name: string, offsetHours: number, missingEvery = 0): SampleColumn => ({
  name,
  type: 'TIMESTAMP_NTZ',
  valueAt: (row) =>
    missingEvery > 0 && row % missingEvery === missingEvery - 1
      ? null
      : new Date(Date.UTC(2024, row % 12, 1 + ((row * 3) % 27), offsetHours + row))
          .toISOString()
          .slice(0, 19)
          .replace('T', ' '),
})
const variant = (name: string): SampleColumn => ({ name, type: 'VARIANT', valueAt: variantOf })

/**
 * The tables of the conformance catalogue. The values are those that its statements filter by, so that the filters
 * hit; small pools, so that groups and joins have several rows. The table whose columns differ only in case is left
 * out: DuckDB does not always tell them apart.
 */
export const sampleTables: readonly SampleTable[] = [
  {
    name: 'clinic.public.patients',
    columns: [
      key('PATIENT_ID'),
      text('MRN', '1', 'M2', 'M3', 'x', 'M5', 'M6', '7'),
      text('SSN', '1', '123', '12-34', '123-45-6789', '55', '123-45-0001', '9'),
      text('FIRST_NAME', 'Ann', 'x', 'Bob', 'Cy'),
      text('LAST_NAME', 'Aster', 'Birch', 'x', 'Alder', 'Elm'),
      day('BIRTH_DATE', 1930),
      text('SEX', 'F', 'M', 'F'),
      text('ADDRESS', '1 x street', '2 y road', '1 X street'),
      text('CITY', 'x', 'Springfield', 'y', 'TX', '123'),
      text('STATE', 'TX', 'CA', 'x'),
      text('ZIP', '1', '12345', '12399', '1'),
      text('PHONE', '2', null, '555-1234', '555-9999'),
      text('EMAIL', 'ann@example.test', 'bob@example.test', null, 'x'),
    ],
  },
  {
    name: 'clinic.public.providers',
    columns: [
      key('PROVIDER_ID'),
      text('NAME', 'x', 'Dr Ash', 'Dr Oak', 'Dr Fir'),
      text('NPI', '1', '22', 'M3', '9'),
      text('SPECIALTY', 'Cardiology', 'Neurology', 'x'),
    ],
  },
  {
    name: 'clinic.public.encounters',
    columns: [
      key('ENCOUNTER_ID'),
      reference('PATIENT_ID', 5),
      reference('PROVIDER_ID', 7),
      moment('ADMITTED_AT', 8),
      moment('DISCHARGED_AT', 60, 5),
      text('DEPARTMENT', 'ICU', 'ER', 'x', 'Emergency'),
      amount('COST', 130),
    ],
  },
  {
    name: 'clinic.public.diagnoses',
    columns: [
      key('DIAGNOSIS_ID'),
      reference('ENCOUNTER_ID', 5),
      text('ICD10', 'E11.9', 'I10', 'x', 'E11.1'),
      text('DESCRIPTION', 'one', 'two', 'x'),
    ],
  },
  {
    name: 'clinic.public.labs',
    columns: [key('LAB_ID'), reference('PATIENT_ID', 7), moment('TAKEN_AT', 2), variant('RESULT')],
  },
  {
    name: 'clinic.public.notes',
    columns: [
      key('NOTE_ID'),
      reference('ENCOUNTER_ID', 7),
      moment('WRITTEN_AT', 9),
      text('TEXT', 'a fall and x', 'call 555-1234', 'suicidal thoughts noted', 'fine'),
    ],
  },
  {
    name: 'clinic.public.psychotherapy_notes',
    columns: [
      key('NOTE_ID'),
      reference('PATIENT_ID', 5),
      moment('WRITTEN_AT', 9),
      text('TEXT', 'a fall and x', 'spoke of x', 'fine'),
    ],
  },
  {
    name: 'clinic.public.staff',
    columns: [
      key('STAFF_ID'),
      text('NAME', 'x', 'Ida', 'Joe', 'Kim', 'Lou'),
      {
        name: 'MANAGER_ID',
        type: 'NUMBER',
        valueAt: (row) => (row === 0 ? null : Math.floor((row + 1) / 2)),
      },
      text('TITLE', 'x', 'nurse', 'doctor'),
      amount('SALARY', 100),
    ],
  },
  {
    name: 'clinic.public.vitals',
    columns: [
      reference('PATIENT_ID', 4),
      moment('MEASURED_AT', 12),
      amount('HEART_RATE', 13),
      amount('BLOOD_PRESSURE', 17),
    ],
  },
  {
    name: 'clinic.public.medications',
    columns: [
      reference('PATIENT_ID', 4),
      moment('GIVEN_AT', 10),
      text('DRUG', 'a', 'b', 'x'),
      text('DOSE', '5 mg', '10 ml'),
    ],
  },
  {
    name: 'clinic.public.department_costs',
    columns: [
      text('DEPARTMENT', 'ICU', 'ER', 'x'),
      text('MONTH', 'JAN', 'FEB', 'JAN', 'MAR'),
      amount('AMOUNT', 10),
    ],
  },
  {
    name: 'clinic.public.quarterly_costs',
    columns: [
      text('DEPARTMENT', 'ICU', 'ER', 'x'),
      amount('Q1', 3),
      amount('Q2', 5),
      amount('Q3', 7),
      amount('Q4', 11),
    ],
  },
  { name: 'clinic.public.events', columns: [key('ID'), variant('PAYLOAD'), moment('CREATED_AT', 1)] },
  { name: 'clinic.public."patients"', columns: [key('patient_id'), text('ssn', '1', '2', 'x')] },
  {
    name: 'clinic.research.cohort',
    columns: [reference('PATIENT_ID', 3), text('COHORT_NAME', 'a', 'TX', 'x'), moment('ENROLLED_AT', 1)],
  },
  {
    name: 'clinic.research.patients',
    columns: [reference('PATIENT_ID', 5), text('PSEUDONYM', 'p1', 'p2', 'x')],
  },
  {
    name: 'finance.billing.claims',
    columns: [
      key('CLAIM_ID'),
      reference('ENCOUNTER_ID', 5),
      text('PAYER', 'A', 'B', 'C'),
      amount('AMOUNT', 90),
      text('STATUS', 'DENIED', 'PAID'),
    ],
  },
  {
    name: 'finance.billing.payments',
    columns: [key('PAYMENT_ID'), reference('CLAIM_ID', 5), moment('PAID_AT', 1), amount('AMOUNT', 20)],
  },
]
