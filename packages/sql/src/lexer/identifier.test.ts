import { expect, test } from 'vitest'
import { foldIdentifier, upperCaseAscii, writeName } from './identifier.ts'

test('unquoted names are stored in upper case, quoted ones as they are', () => {
  expect(foldIdentifier('ssn')).toBe('SSN')
  expect(foldIdentifier('"ssn"')).toBe('ssn')
  expect(foldIdentifier('"a""b"')).toBe('a"b')
})

test('a letter whose upper case is another letter of the alphabet does not fold', () => {
  expect(upperCaseAscii('ıd')).toBe('ıd')
})

test('a stored name is written in quotes where it is not plain', () => {
  expect(writeName(['CLINIC', 'my schema', 'T$1', 'a"b', '1X'])).toBe('CLINIC."my schema".T$1."a""b"."1X"')
})
