import { expect, test } from 'vitest'
import { openSampleAnalysis, tableOf } from '../testing/sample-analysis.ts'

const analyze = await openSampleAnalysis({ T: tableOf('SSN VARCHAR(11)', 'X NUMBER(10,0)') })

const list = (first: number, count: number): string =>
  Array.from({ length: count }, (_, index) => `'${first + index}'`).join(', ')

/** Whether a statement compares SSN with more constants than a person asks for at once. */
const guessesOften = (sql: string): boolean => analyze(sql).observations.some(({ many }) => many === true)

test.each(['or', 'and'])('constants add up over conditions that are alike: %s', (operator) => {
  const conditions = (count: number, each: number) =>
    Array.from({ length: count }, (_, index) => `ssn in (${list(index * 1000, each)})`).join(` ${operator} `)
  expect(guessesOften(`select count(*) as n from t where ${conditions(1, 99)}`)).toBe(false)
  expect(guessesOften(`select count(*) as n from t where ${conditions(3, 30)}`)).toBe(false)
  expect(guessesOften(`select count(*) as n from t where ${conditions(2, 60)}`)).toBe(true)
  expect(guessesOften(`select count(*) as n from t where ${conditions(3, 99)}`)).toBe(true)
})
