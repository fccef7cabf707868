import { expect, test } from 'vitest'
import { RateLimit } from './rate-limit.ts'

test('a statement over the hourly limit is refused until the oldest is an hour old', () => {
  const limit = new RateLimit()
  expect(limit.take(2, 0)).toBe(true)
  expect(limit.take(2, 1_000)).toBe(true)
  expect(limit.take(2, 2_000)).toBe(false)
  expect(limit.take(2, 3_600_000)).toBe(true)
  expect(limit.take(2, 3_600_500)).toBe(false)
})

test('statements without a limit count against a later limit', () => {
  const limit = new RateLimit()
  expect(limit.take(undefined, 0)).toBe(true)
  expect(limit.take(1, 1)).toBe(false)
})
