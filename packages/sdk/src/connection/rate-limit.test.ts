import { expect, test } from 'vitest'
import { RateLimit, rateLimitOf } from './rate-limit.ts'

const HOUR = 3_600_000

test('a statement over the hourly limit is refused until the oldest is an hour old', () => {
  const limit = new RateLimit()
  expect(limit.take(2, 0)).toBe(true)
  expect(limit.take(2, 1_000)).toBe(true)
  expect(limit.take(2, 2_000)).toBe(false)
  expect(limit.take(2, HOUR)).toBe(false)
  // What was counted in the first second is forgotten when all of that second is an hour old.
  expect(limit.take(2, HOUR + 1_000)).toBe(true)
  expect(limit.take(2, HOUR + 1_500)).toBe(false)
  expect(limit.take(2, HOUR + 2_000)).toBe(true)
})

test('statements without a limit count against a later limit', () => {
  const limit = new RateLimit()
  expect(limit.take(undefined, 0)).toBe(true)
  expect(limit.take(1, 1)).toBe(false)
})

test.each([49_999, 50_000, 50_001, 300_000])('a limit of %i is kept at its size', (perHour) => {
  const limit = new RateLimit()
  let taken = 0
  for (let asked = 0; asked < perHour + 500; asked += 1) {
    // 100 in a second, so that the largest needs most of the hour.
    if (limit.take(perHour, Math.floor(asked / 100) * 1_000)) taken += 1
  }
  expect(taken).toBe(perHour)
})

test('a clock that is set back takes nothing from the count', () => {
  const limit = new RateLimit()
  expect(limit.take(1, 2 * HOUR)).toBe(true)
  expect(limit.take(1, HOUR)).toBe(false)
})

test('connections of one principal count together', () => {
  expect(rateLimitOf('one').take(1, 0)).toBe(true)
  expect(rateLimitOf('one').take(1, 0)).toBe(false)
  expect(rateLimitOf('another').take(1, 0)).toBe(true)
})
