import { expect, test } from 'vitest'
import { generateDataset } from './dataset.ts'
import { identifyingPattern, listIdentifyingValues } from './identifying-values.ts'

const dataset = generateDataset({ seed: 1, patients: 2000 })

test('the same seed gives the same rows, another seed others', () => {
  expect(generateDataset({ seed: 1, patients: 2000 })).toEqual(dataset)
  expect(generateDataset({ seed: 2, patients: 2000 }).patients).not.toEqual(dataset.patients)
})

test('patients over 89 and patients in restricted ZIP areas are among them', () => {
  const old = dataset.patients.filter(({ birthDate }) => birthDate < new Date('1936-01-01'))
  const restricted = dataset.patients.filter(({ zip }) =>
    ['036', '059', '821', '823', '893'].includes(zip.slice(0, 3)),
  )
  expect(old.length).toBeGreaterThan(40)
  expect(restricted.length).toBeGreaterThan(80)
})

test('identifiers are unique and of a form that is never issued', () => {
  const { ssn, mrn, phone, email, address, npi } = listIdentifyingValues(dataset)
  for (const values of [ssn, mrn, phone, email, address]) expect(values).toHaveLength(2000)
  expect(ssn.every((value) => /^9\d\d-\d\d-\d{4}$/.test(value))).toBe(true)
  expect(phone.every((value) => /^\d{3}-555-01\d\d$/.test(value))).toBe(true)
  expect(email.every((value) => value.endsWith('@patients.example'))).toBe(true)
  expect(npi.every((value) => /^9\d{9}$/.test(value))).toBe(true)
})

test('one pattern finds every value that carries a mark', () => {
  const { birthDate, zip, ...marked } = listIdentifyingValues(dataset)
  for (const value of Object.values(marked).flat())
    for (const form of [value, value.toUpperCase(), value.toLowerCase()])
      expect(form).toMatch(identifyingPattern())
  expect([...birthDate, ...zip].join(' ')).not.toMatch(identifyingPattern())
})

test('no value is found in random bytes, tokens and digests', () => {
  let chance = 1
  const bytes = Buffer.from(
    Uint8Array.from({ length: 3_000_000 }, () => {
      chance = (Math.imul(chance, 1_664_525) + 1_013_904_223) >>> 0
      return chance >>> 24
    }),
  )
  for (const encoding of ['base64', 'base64url', 'hex', 'latin1'] as const)
    expect(bytes.toString(encoding).match(identifyingPattern())).toBeNull()
})

test('psychotherapy notes name the patient they are about', () => {
  const byId = new Map(dataset.patients.map((patient) => [patient.id, patient]))
  for (const [, patientId, , text] of dataset.rows.PSYCHOTHERAPY_NOTES ?? []) {
    const patient = byId.get(Number(patientId))
    for (const part of [patient?.firstName, patient?.lastName, patient?.ssn, patient?.mrn, patient?.phone])
      expect(text).toContain(part)
  }
})
