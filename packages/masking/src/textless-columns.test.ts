import { expect, test } from 'vitest'
import { compileRowMasker, type MaskedColumn } from './row-masker.ts'

const key = new Uint8Array(32)
const shown = (column: Partial<MaskedColumn>, value: unknown): unknown =>
  compileRowMasker({
    columns: [{ name: 'MONTH', type: 'text', mask: null, ...column }],
    keys: { session: key, policy: key },
    asOf: new Date('2026-12-01'),
  }).maskCell(0, value)

test.each(['2024-08', '2024-08-15', 'Aug 2024', '2024-08-15 10:00:00.000', '3125550100'])(
  'a text that is written from stored times and numbers is shown: %s',
  (text) => {
    expect(shown({ isOfTextlessColumns: true, sourceNames: ['ADMITTED_AT'] }, text)).toBe(text)
    expect(shown({ sourceNames: ['NOTE'] }, text)).not.toBe(text)
  },
)

test.each([
  [{ name: 'SSN' }, '952970001'],
  [{ sourceNames: ['PATIENT_SSN'] }, '952970001'],
])('where a name labels it as an identifier it is read all the same: %j', (column, text) => {
  expect(shown({ isOfTextlessColumns: true, ...column }, text)).not.toBe(text)
})
