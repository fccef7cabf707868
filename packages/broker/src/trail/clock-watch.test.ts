import { describe, expect, it } from 'vitest'
import { createClockWatch } from './clock-watch.ts'

const start = Date.parse('2026-01-02T03:04:05.678Z')

const watch = (continuedFrom: Date | null = null) => {
  const now = { wall: start, monotonic: 5000 }
  const changes: number[] = []
  let failures = 0
  const check = createClockWatch({
    clock: () => new Date(now.wall),
    monotonic: () => now.monotonic,
    continuedFrom,
    onChange: async (milliseconds) => {
      if (failures > 0) {
        failures -= 1
        throw new Error('the database does not answer')
      }
      changes.push(milliseconds)
    },
  })
  const pass = (milliseconds: number, set = 0): void => {
    now.monotonic += milliseconds
    now.wall += milliseconds + set
  }
  return {
    check,
    changes,
    pass,
    failNext: () => {
      failures += 1
    },
  }
}

describe('the watch of the clock', () => {
  it('reports each time that the clock is set, forward and back, once', async () => {
    const { check, changes, pass } = watch()
    for (const set of [0, 3_600_000, 0, -7_200_000, 0, 1000]) {
      pass(300, set)
      await check()
    }
    expect(changes).toEqual([3_600_000, -7_200_000, 1000])
  })

  it('reports nothing while the clock is slewed, or time passes without a check', async () => {
    const { check, changes, pass } = watch()
    for (let step = 0; step < 100; step += 1) {
      pass(1000, step % 2 === 0 ? 5 : -20)
      await check()
    }
    pass(86_400_000)
    await check()
    expect(changes).toEqual([])
  })

  it('reports a clock that is behind the trail of an earlier run', async () => {
    const { check, changes } = watch(new Date(start + 60_000))
    await check()
    await check()
    expect(changes).toEqual([-60_000])
    const fine = watch(new Date(start - 60_000))
    await fine.check()
    expect(fine.changes).toEqual([])
  })

  it('reports a change again when the report failed', async () => {
    const { check, changes, pass, failNext } = watch()
    pass(300, 5000)
    failNext()
    await expect(check()).rejects.toThrow('does not answer')
    await check()
    expect(changes).toEqual([5000])
  })
})
