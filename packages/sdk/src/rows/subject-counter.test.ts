import type { Decision } from '@snowfence/core'
import { expect, test } from 'vitest'
import { SubjectCounter } from './subject-counter.ts'

const decisionWith = (limits: Decision['limits']): Decision =>
  ({
    limits,
    rules: ['limited'],
    reasons: [],
    wouldPass: [],
    subjects: [{ column: 'CLINIC.PUBLIC.PATIENTS.PATIENT_ID', output: 0 }],
  }) as unknown as Decision

const now = new Date('2026-01-01T12:00:00Z')
const pass = (row: unknown) => row as never
const exceeded = expect.objectContaining({ snowfenceCode: 'ERR_SUBJECT_LIMIT_EXCEEDED' })

test('a subject beyond the limit of a task is not handed over, one that was seen before is', () => {
  const counter = new SubjectCounter('task-principal')
  const shape = counter.count(pass, decisionWith({ subjectsPerTask: 2 }), ['PATIENT_ID'], now)
  shape({ PATIENT_ID: 1 })
  shape({ PATIENT_ID: 2 })
  expect(shape({ PATIENT_ID: 1 })).toEqual({ PATIENT_ID: 1 })
  expect(() => shape({ PATIENT_ID: 3 })).toThrowError(exceeded)
})

test('statements of one task add up', () => {
  const counter = new SubjectCounter('adding-principal')
  const first = counter.count(pass, decisionWith({ subjectsPerTask: 1 }), ['PATIENT_ID'], now)
  first([1])
  const second = counter.count(pass, decisionWith({ subjectsPerTask: 1 }), ['PATIENT_ID'], now)
  expect(() => second([2])).toThrowError(exceeded)
})

test('another connection of the same principal does not start the day again, the next day does', () => {
  const limits = decisionWith({ subjectsPerDay: 1 })
  new SubjectCounter('day-principal').count(pass, limits, ['PATIENT_ID'], now)([1])
  const other = new SubjectCounter('day-principal').count(pass, limits, ['PATIENT_ID'], now)
  expect(() => other([2])).toThrowError(exceeded)
  const tomorrow = new Date('2026-01-02T00:00:00Z')
  const next = new SubjectCounter('day-principal').count(pass, limits, ['PATIENT_ID'], tomorrow)
  expect(next([2])).toEqual([2])
})
