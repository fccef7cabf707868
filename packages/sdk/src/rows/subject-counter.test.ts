import type { AnalyzedStatement, Decision } from '@snowfence/core'
import { expect, test } from 'vitest'
import { failedWhileComputing, mayFail, SubjectCounter } from './subject-counter.ts'

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

test('a statement that failed counts as a subject, and what may fail is refused when the limit is used up', () => {
  const counter = new SubjectCounter('failing-principal')
  const limited = decisionWith({ subjectsPerTask: 2 })
  const shape = counter.count(pass, limited, ['PATIENT_ID'], now)
  shape([1])
  counter.refuseUsedUp(limited, now, { mayFail: true })
  counter.countFailure(now)
  expect(() => counter.refuseUsedUp(limited, now, { mayFail: true })).toThrowError(exceeded)
  counter.refuseUsedUp(limited, now, { mayFail: false })
  expect(shape([1])).toEqual([1])
  expect(() => shape([2])).toThrowError(exceeded)
})

test('a statement that may tell of somebody whom it does not name counts as one subject more', () => {
  const counter = new SubjectCounter('telling-principal')
  const telling = { ...decisionWith({ subjectsPerTask: 3 }), mayTellOfOthers: true } as const
  const named = [{ column: 'CLINIC.PUBLIC.PATIENTS.PATIENT_ID', value: '7' }]
  expect(counter.countNamed(named, telling, now)).toBeNull()
  expect(counter.countNamed(named, telling, now)).toBeNull()
  expect(counter.countNamed(named, telling, now)).toContain('more than 3 data subjects')
  expect(counter.countNamed(named, decisionWith({ subjectsPerTask: 3 }), now)).toBeNull()
})

test('once more subjects were asked for than the limit allows, nothing runs: an empty answer would tell of one', () => {
  const counter = new SubjectCounter('curious-principal')
  const limited = decisionWith({ subjectsPerTask: 1 })
  const shape = counter.count(pass, limited, ['PATIENT_ID'], now)
  shape([1])
  counter.refuseUsedUp(limited, now, { mayFail: false })
  expect(() => shape([2])).toThrowError(exceeded)
  expect(() => counter.refuseUsedUp(limited, now, { mayFail: false })).toThrowError(exceeded)
})

test('a statement may fail by what it computes from columns, by itself, or where it was not understood', () => {
  const analyzed = (facts: Partial<AnalyzedStatement>) =>
    mayFail({ status: 'analyzed', observations: [], failsAlone: false, ...facts } as AnalyzedStatement)
  const observation = { column: 'A.B.C.D', kind: 'part', place: 'filter', functions: ['='] } as const
  expect(analyzed({ observations: [observation] })).toBe(false)
  expect(analyzed({ observations: [{ ...observation, by: 'IFF' }] })).toBe(true)
  expect(analyzed({ observations: [{ ...observation, kind: 'fail' }] })).toBe(true)
  expect(analyzed({ failsAlone: true })).toBe(true)
})

test('a bind that names a subject was read as a number, and is not what a statement may fail by', () => {
  const who = 'CLINIC.PUBLIC.PATIENTS.PATIENT_ID'
  const pins = [{ column: who, constants: [{ bind: 1 }] }]
  const compared = { column: who, kind: 'fail', place: 'filter', functions: ['='], by: '=' } as const
  const summary = {
    status: 'analyzed',
    failsAlone: false,
    tableUses: [{ table: 'CLINIC.PUBLIC.PATIENTS', pins, equals: [] }],
    observations: [compared],
  } as unknown as AnalyzedStatement
  expect(mayFail(summary, { pinnedSubjects: pins })).toBe(false)
  expect(mayFail(summary, {})).toBe(true)
  const other = { ...summary, observations: [compared, { ...compared, functions: ['+', '='] }] }
  expect(mayFail(other, { pinnedSubjects: pins })).toBe(true)
})

test.each([
  ['42601', false],
  ['42501', false],
  ['02000', false],
  ['0A000', false],
  ['22012', true],
  ['57014', true],
  [undefined, true],
])('an error of SQLSTATE %s came while rows were computed: %s', (sqlState, expected) => {
  expect(failedWhileComputing({ sqlState })).toBe(expected)
})

const column = 'CLINIC.PUBLIC.PATIENTS.PATIENT_ID'
const named = (...values: string[]) => values.map((value) => ({ column, value }))

test('a subject that a statement names is the one that a row shows, and counts once', () => {
  const counter = new SubjectCounter('naming-principal')
  const limits = decisionWith({ subjectsPerTask: 2 })
  for (let time = 0; time < 20; time += 1) expect(counter.countNamed(named('5', '5'), limits, now)).toBeNull()
  const shape = counter.count(pass, limits, ['PATIENT_ID'], now)
  expect(shape({ PATIENT_ID: 5 })).toEqual({ PATIENT_ID: 5 })
  shape({ PATIENT_ID: 7 })
  expect(counter.countNamed(named('7'), limits, now)).toBeNull()
  expect(counter.countNamed(named('9'), limits, now)).toMatch('more than 2 data subjects in this task')
})

test('of more subjects than are allowed none counts, since none is read', () => {
  const counter = new SubjectCounter('greedy-principal')
  const limits = decisionWith({ subjectsPerTask: 20, subjectsPerDay: 20 })
  const many = Array.from({ length: 10_000 }, (_, index) => String(index))
  expect(counter.countNamed(named(...many), limits, now)).toMatch('more than 20')
  expect(counter.countNamed(named(...many.slice(0, 20)), limits, now)).toBeNull()
})

test('the day counts what other connections of the principal named', () => {
  const limits = decisionWith({ subjectsPerDay: 1 })
  expect(new SubjectCounter('naming-day').countNamed(named('1'), limits, now)).toBeNull()
  expect(new SubjectCounter('naming-day').countNamed(named('2'), limits, now)).toMatch('today')
})
