import { expect, test } from 'vitest'
import { isUnknownObject } from './unknown-object.ts'

test.each([
  ['002003', true],
  ['002043', true],
  ['003001', true],
  ['000604', false],
  ['000630', false],
  ['000606', false],
  ['', false],
  [2003, false],
])('the answer %s tells that there is no such table: %s', (code, isAbsent) => {
  expect(isUnknownObject({ name: 'OperationFailedError', code })).toBe(isAbsent)
  expect(isUnknownObject({ name: 'NetworkError', code })).toBe(false)
})
