import type { ColumnFlow, Mask } from '@snowfence/core'
import { expect, test } from 'vitest'
import { usesFrom, type WrittenUse } from '../compile/use-reach.ts'
import type { SeenColumn } from './column-lens.ts'
import { fittingMask } from './fitting-mask.ts'

const partial: Mask = { kind: 'partial', keepFirst: 0, keepLast: 4 }
const token: Mask = { kind: 'token', scope: 'session' }
const year: Mask = { kind: 'year' }
const zip3: Mask = { kind: 'zip3' }

/** The mask that is left of a column of the type under the uses, for a flow. */
const kindOf = (mask: Mask, type: string, flow: Partial<ColumnFlow>, uses: readonly WrittenUse[] = []) => {
  const seen = {
    column: 'D.S.T.C',
    table: 'D.S.T',
    classes: [],
    masks: [mask],
    uses: usesFrom(uses),
  } as unknown as SeenColumn
  return fittingMask(
    mask,
    { column: 'D.S.T.C', type, via: 'value', functions: [], ...flow },
    seen,
    () => seen,
  ).kind
}

test('a value that nothing chose keeps its mask in its stored type', () => {
  for (const mask of [partial, token, zip3])
    expect(kindOf(mask, 'text', { functions: ['CAST', 'ANY_VALUE', 'LAG'] })).toBe(mask.kind)
  expect(kindOf(year, 'date', { functions: ['CAST', 'ANY_VALUE'] })).toBe('year')
  expect(kindOf(token, 'timestamp', { functions: ['CAST'] })).toBe('withhold')
  expect(kindOf(partial, 'number', { functions: ['CAST'] })).toBe('withhold')
})

test('the greatest of values tells their order, unless the mask does so in that type or the class allows it', () => {
  for (const mask of [partial, token, zip3, year, { kind: 'email-domain' }, { kind: 'scrub' }] as const)
    expect(kindOf(mask, 'text', { functions: ['MAX'] })).toBe('withhold')
  expect(kindOf(year, 'date', { functions: ['MIN'] })).toBe('year')
  expect(kindOf({ kind: 'age' }, 'number', { functions: ['MIN'] })).toBe('age')
  expect(kindOf({ kind: 'round', digits: 0 }, 'number', { functions: ['MIN'] })).toBe('round')
  expect(kindOf({ kind: 'round', digits: 0 }, 'text', { functions: ['MIN'] })).toBe('withhold')
  expect(kindOf(partial, 'text', { functions: ['MAX'] }, ['order'])).toBe('partial')
})

test('the greatest beside a chosen value is a guess, which an order among the cells does not allow', () => {
  const guess = { functions: ['MAX', 'UNION'], chosen: true }
  expect(kindOf(year, 'date', guess)).toBe('withhold')
  expect(kindOf(year, 'date', guess, ['order'])).toBe('withhold')
  expect(kindOf(year, 'date', guess, ['order', 'filter'])).toBe('year')
})

test('the most frequent of values tells which are equal, unless the class allows it', () => {
  for (const mask of [partial, token, year])
    expect(kindOf(mask, 'text', { functions: ['MODE'] })).toBe('withhold')
  expect(kindOf(partial, 'text', { functions: ['MODE'] }, ['group'])).toBe('partial')
})

test('a chosen value among others would tell its pseudonym', () => {
  for (const mask of [token, { kind: 'format' }, { kind: 'random' }] as const)
    expect(kindOf(mask, 'text', { functions: ['COALESCE'], chosen: true })).toBe('withhold')
  expect(kindOf(partial, 'text', { functions: ['COALESCE'], chosen: true })).toBe('partial')
})

test('a mask that is the same for every value is never changed', () => {
  expect(kindOf({ kind: 'redact', text: '[x]' }, 'text', { functions: ['MAX', 'MODE'], chosen: true })).toBe(
    'redact',
  )
})
