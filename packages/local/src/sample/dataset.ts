import type { SampleCell } from '../engine/duckdb.ts'
import {
  departments,
  diagnoses,
  type LabTest,
  labTests,
  restrictedZipAreas,
  specialties,
  zipAreas,
} from './medical-words.ts'
import { inventName, namePrefixes } from './names.ts'
import { createRandom, type Random } from './random.ts'

export interface Patient {
  readonly id: number
  readonly mrn: string
  readonly ssn: string
  readonly firstName: string
  readonly lastName: string
  readonly birthDate: Date
  readonly sex: string
  readonly address: string
  readonly city: string
  readonly state: string
  readonly zip: string
  readonly phone: string
  readonly email: string
}

export interface Provider {
  readonly id: number
  readonly name: string
  readonly npi: string
  readonly specialty: string
}

type TableRows = readonly (readonly SampleCell[])[]

/** The sample clinic: the same for the same seed and number of patients. */
export interface Dataset {
  readonly patients: readonly Patient[]
  readonly providers: readonly Provider[]
  readonly notes: readonly string[]
  readonly psychotherapyNotes: readonly string[]
  /** By table, in the order of the table's columns. */
  readonly rows: Readonly<Record<string, TableRows>>
}

const digits = (number: number, length: number) => String(number).padStart(length, '0')
const dayMs = 86_400_000
/** Ages are counted to this day, so that the sample does not change with the calendar. */
const today = Date.UTC(2026, 0, 1)

const isoDay = (date: Date) => date.toISOString().slice(0, 10)

/** About one patient in thirty is over 89, the age above which Safe Harbor allows no year. */
const birthDate = (random: Random, index: number): Date => {
  const years = index % 30 === 7 ? 90 + random.below(14) : random.below(89)
  return new Date(today - Math.floor(years * 365.25 + 30 + random.below(300)) * dayMs)
}

const makePatient = (random: Random, index: number): Patient => {
  const id = index + 1
  const firstName = inventName(namePrefixes.firstName, random.below(4096), 3)
  const lastName = inventName(namePrefixes.lastName, index * 7 + 11, 4)
  const [state, area] = index % 20 === 3 ? random.pick(restrictedZipAreas) : random.pick(zipAreas)
  return {
    id,
    mrn: `MRN-${digits(id, 8)}`,
    // Social Security numbers that begin with 9 are never issued.
    ssn: `9${digits(random.below(100), 2)}-${digits(10 + random.below(89), 2)}-${digits(id % 10_000, 4)}`,
    firstName,
    lastName,
    birthDate: birthDate(random, index),
    sex: random.pick(['F', 'M']),
    address: `${100 + id} Canary Street`,
    city: inventName(namePrefixes.city, random.below(256), 3),
    state,
    zip: `${area}${digits(random.below(100), 2)}`,
    // 555-0100 to 555-0199 are reserved for fiction.
    phone: `${200 + Math.floor(id / 100)}-555-01${digits(id % 100, 2)}`,
    email: `${firstName}.${lastName}@patients.example`.toLowerCase(),
  }
}

const makeProvider = (random: Random, index: number): Provider => ({
  id: index + 1,
  name: `Dr. ${inventName(namePrefixes.provider, index * 37 + 5, 3)}`,
  // Provider identifiers that begin with 9 are never issued.
  npi: `9${digits(100_000_000 + index * 7919, 9)}`,
  specialty: random.pick(specialties),
})

const moment = (random: Random): Date =>
  new Date(today - random.below(1095) * dayMs + random.below(86_400) * 1000)

const noteText = (random: Random, patient: Patient, on: Date): string =>
  random.pick([
    `${patient.firstName} ${patient.lastName} (${patient.mrn}) seen on ${isoDay(on)}. SSN ${patient.ssn} verified. ` +
      `Call ${patient.phone} with results.`,
    `Follow-up for ${patient.firstName} ${patient.lastName}, born ${isoDay(patient.birthDate)}, of ${patient.address}, ` +
      `${patient.city}. Reachable at ${patient.phone} or ${patient.email}.`,
    `Patient ${patient.mrn} ${patient.lastName} admitted ${isoDay(on)}; identity checked by SSN ${patient.ssn}.`,
  ])

const sessionText = (random: Random, patient: Patient, on: Date): string =>
  `Session on ${isoDay(on)} with ${patient.firstName} ${patient.lastName} (${patient.mrn}, SSN ${patient.ssn}). ` +
  random.pick([
    'Speaks of grief after a loss in the family.',
    'Reports sleeplessness and worry about work.',
    'Describes conflict at home and feeling alone.',
  ]) +
  ` Next contact by phone ${patient.phone}.`

const labResult = (random: Random, test: LabTest): string => {
  const value = Number((test.low + (random.below(200) / 100) * (test.high - test.low)).toFixed(1))
  return JSON.stringify({
    test: test.name,
    value,
    unit: test.unit,
    flag: value > test.high ? 'H' : value < test.low ? 'L' : 'N',
    range: { low: test.low, high: test.high },
    panel: [
      { name: test.name, value },
      { name: `${test.name} repeat`, value: Number((value * 1.02).toFixed(2)) },
    ],
  })
}

/** Makes the sample clinic's rows. */
export const generateDataset = (options: { readonly seed: number; readonly patients: number }): Dataset => {
  const random = createRandom(options.seed)
  const patients = Array.from({ length: options.patients }, (_, index) => makePatient(random, index))
  const providers = Array.from({ length: patients.length === 0 ? 0 : 40 }, (_, index) =>
    makeProvider(random, index),
  )
  const encounters: SampleCell[][] = []
  const diagnosisRows: SampleCell[][] = []
  const labs: SampleCell[][] = []
  const notes: SampleCell[][] = []
  const psychotherapyNotes: SampleCell[][] = []
  for (const patient of patients) {
    for (let count = 1 + random.below(5); count > 0; count--) {
      const id = encounters.length + 1
      const admitted = moment(random)
      const discharged = random.chance(0.95)
        ? new Date(admitted.getTime() + (1 + random.below(240)) * 3_600_000)
        : null
      const cost = (random.below(2_500_000) / 100).toFixed(2)
      encounters.push([
        id,
        patient.id,
        random.pick(providers).id,
        admitted,
        discharged,
        random.pick(departments),
        cost,
      ])
      for (let more = 1 + random.below(2); more > 0; more--)
        diagnosisRows.push([diagnosisRows.length + 1, id, ...random.pick(diagnoses)])
      notes.push([id, id, new Date(admitted.getTime() + 1_800_000), noteText(random, patient, admitted)])
    }
    for (let count = random.below(6); count > 0; count--) {
      const id = labs.length + 1
      labs.push([id, patient.id, moment(random), labResult(random, random.pick(labTests))])
    }
    if (random.chance(0.2)) {
      const on = moment(random)
      psychotherapyNotes.push([
        psychotherapyNotes.length + 1,
        patient.id,
        on,
        sessionText(random, patient, on),
      ])
    }
  }
  return {
    patients,
    providers,
    notes: notes.map((note) => String(note[3])),
    psychotherapyNotes: psychotherapyNotes.map((note) => String(note[3])),
    rows: {
      PATIENTS: patients.map((patient) => [
        patient.id,
        patient.mrn,
        patient.ssn,
        patient.firstName,
        patient.lastName,
        patient.birthDate,
        patient.sex,
        patient.address,
        patient.city,
        patient.state,
        patient.zip,
        patient.phone,
        patient.email,
      ]),
      PROVIDERS: providers.map(({ id, name, npi, specialty }) => [id, name, npi, specialty]),
      ENCOUNTERS: encounters,
      DIAGNOSES: diagnosisRows,
      LABS: labs,
      NOTES: notes,
      PSYCHOTHERAPY_NOTES: psychotherapyNotes,
    },
  }
}
