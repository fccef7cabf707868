import type { Mask, UsePlace } from '@snowfence/core'
import { expect, test } from 'vitest'
import { fittingMask } from './fitting-mask.ts'

const partial: Mask = { kind: 'partial', keepFirst: 0, keepLast: 4 }
const token: Mask = { kind: 'token', scope: 'session' }
const year: Mask = { kind: 'year' }
const none: ReadonlySet<UsePlace> = new Set()
const kindOf = (mask: Mask, functions: string[], uses: ReadonlySet<UsePlace> = none) =>
  fittingMask(mask, { functions }, { uses }).kind

test('a value that nothing chose keeps its mask', () => {
  for (const mask of [partial, token, year])
    expect(kindOf(mask, ['CAST', 'TRIM', 'ANY_VALUE', 'LAG'])).toBe(mask.kind)
})

test('the greatest of values tells their order, unless the mask does so too or the class allows it', () => {
  for (const mask of [partial, token, { kind: 'email-domain' }, { kind: 'scrub' }] as const)
    expect(kindOf(mask, ['CAST', 'MAX'])).toBe('withhold')
  for (const mask of [year, { kind: 'zip3' }, { kind: 'age' }, { kind: 'round', digits: 0 }] as const)
    expect(kindOf(mask, ['MIN'])).toBe(mask.kind)
  expect(kindOf(partial, ['MAX'], new Set(['order']))).toBe('partial')
})

test('the most frequent of values tells which are equal, unless the class allows it', () => {
  for (const mask of [partial, token, year]) expect(kindOf(mask, ['MODE'])).toBe('withhold')
  expect(kindOf(year, ['MODE'], new Set(['group']))).toBe('year')
})

test('a chosen value among others would tell its pseudonym', () => {
  for (const name of ['COALESCE', 'NVL', 'IFNULL', 'UNION', 'VALUES', 'UNPIVOT']) {
    expect(kindOf(token, [name])).toBe('withhold')
    expect(kindOf({ kind: 'format' }, [name])).toBe('withhold')
    expect(kindOf(partial, [name])).toBe('partial')
  }
})

test('what is the same for every value is never changed', () => {
  expect(kindOf({ kind: 'redact', text: '[x]' }, ['MAX', 'MODE', 'UNION'])).toBe('redact')
})
