import { expect, test } from 'vitest'
import { parseVariant } from './parse-variant.ts'

test('JSON is read as JSON', () => {
  expect(parseVariant('{"a":[1,"x",null]}')).toEqual({ a: [1, 'x', null] })
})

test('bare undefined, NaN and Infinity become null, inside strings they stay', () => {
  expect(parseVariant('[undefined, NaN, -Infinity, "NaN \\" undefined"]')).toEqual([
    null,
    null,
    null,
    'NaN " undefined',
  ])
})

test('text that is code is given back and not run', () => {
  const marker = globalThis as { variantWasEvaluated?: boolean }
  expect(parseVariant('(globalThis.variantWasEvaluated = true)')).toBe(
    '(globalThis.variantWasEvaluated = true)',
  )
  expect(marker.variantWasEvaluated).toBeUndefined()
})

test('an own member named __proto__ does not reach the prototype', () => {
  expect(Object.getPrototypeOf(parseVariant('{"__proto__":{"polluted":1}}'))).toBe(Object.prototype)
})
