import type { TableUse } from '@snowfence/core'
import { expect, test } from 'vitest'
import type { BindValue } from '../statement/statement-options.ts'
import { pinningBinds, readPinnedSubjects } from './read-pinned-subjects.ts'

const column = 'CLINIC.PUBLIC.LABS.PATIENT_ID'
const usesOf = (constants: TableUse['pins'][number]['constants']): TableUse[] => [
  { table: 'CLINIC.PUBLIC.LABS', pins: [{ column, constants }], equals: [] },
]
const readBind = (bind: BindValue, ...others: BindValue[]) =>
  readPinnedSubjects([{ column, constants: [{ bind: 1 }] }], [], {
    executableText: '?',
    binds: [bind, ...others],
  })

test('a number in the text, in quotes and as a bind of either is one subject', () => {
  const executableText = "in (5, '5', 05, ?, ?)"
  const constants = [
    { start: 4, end: 5 },
    { start: 7, end: 10 },
    { start: 12, end: 14 },
    { bind: 1 },
    { bind: 2 },
  ]
  const subjects = readPinnedSubjects([{ column, constants }], [], { executableText, binds: [5, '5'] })
  expect(subjects).toEqual(Array.from({ length: 5 }, () => ({ column, value: '5' })))
})

test.each<[string, BindValue]>([
  ['NULL', null],
  ['a fraction', 5.5],
  ['a number that is no exact integer', 2 ** 53],
  ['infinity', Number.POSITIVE_INFINITY],
  ['a boolean', true],
  ['a list', [5]],
  ['an object', { a: 5 }],
  ['another text', 'five'],
  ['a text with white space', ' 5'],
  ['a text with a zero in front', '05'],
  ['a text with a point', '5.0'],
  ['an exponent', '5e0'],
  ['a text that is longer than the number it becomes', '1'.repeat(14)],
  ['an empty text', ''],
])('%s names no subject', (_what, bind) => expect(readBind(bind)).toBeNull())

test('a bind that is missing, or rows of binds, name no subject', () => {
  expect(
    readPinnedSubjects([{ column, constants: [{ bind: 2 }] }], [], { executableText: '', binds: [5] }),
  ).toBe(null)
  expect(readBind(5, [5, 7])).toBeNull()
  expect(readBind(7)).toEqual([{ column, value: '7' }])
})

test('a bind that pins another column is checked too: its failure would tell of rows of others', () => {
  const read = (binds: BindValue[]) =>
    readPinnedSubjects([{ column, constants: [{ bind: 1 }] }], usesOf([{ bind: 2 }]), {
      executableText: '',
      binds,
    })
  expect(read([5, 7])).toEqual([{ column, value: '5' }])
  expect(read([5, 'x'])).toBeNull()
})

test('of the binds of an earlier statement only those that pin are kept', () => {
  expect(pinningBinds(usesOf([{ bind: 2 }]), ['secret', 5, 'other'])).toEqual([null, 5, null])
  expect(pinningBinds(usesOf([{ bind: 1 }]), [[5], [7]])).toEqual([])
})
