import { expect, test } from 'vitest'
import { HeldLease } from './lease-life.ts'

const leaseUntil = (endsAtMs: number) => ({
  id: 'lease',
  kind: 'oauth' as const,
  token: 'token',
  user: 'AGENT',
  role: 'READER',
  warehouse: null,
  expiresAt: new Date(endsAtMs).toISOString(),
})

test('a lease of five minutes is replaced in its last minute', () => {
  const held = new HeldLease(leaseUntil(300_000), 0)
  expect(held.isFresh(239_999)).toBe(true)
  expect(held.isFresh(240_000)).toBe(false)
  expect(held.isAlive(299_999)).toBe(true)
  expect(held.isAlive(300_000)).toBe(false)
})

test('a short lease is used for most of its life, and not replaced at every statement', () => {
  const held = new HeldLease(leaseUntil(30_000), 0)
  expect(held.isFresh(23_999)).toBe(true)
  expect(held.isFresh(24_000)).toBe(false)
})

test('a lease that had ended when it came is neither fresh nor alive', () => {
  const held = new HeldLease(leaseUntil(0), 1_000)
  expect([held.isFresh(1_000), held.isAlive(1_000)]).toEqual([false, false])
})
