import { describe, expect, it } from 'vitest'
import { timeWindowSchema } from '../document/time-window-schema.ts'
import { isInside } from './time-windows.ts'

const zone = 'America/New_York'
const inside = (window: unknown, at: string) => isInside(timeWindowSchema.parse(window), new Date(at))

describe('a time window', () => {
  it('holds from its first minute to before its last, by the clock of its zone', () => {
    const office = { from: '08:00', to: '18:00', zone }
    expect(inside(office, '2026-11-23T12:59:59Z')).toBe(false)
    expect(inside(office, '2026-11-23T13:00:00Z')).toBe(true)
    expect(inside(office, '2026-11-23T22:59:59Z')).toBe(true)
    expect(inside(office, '2026-11-23T23:00:00Z')).toBe(false)
  })

  it('that crosses midnight belongs to the day it starts on', () => {
    const friday = { days: ['fri'], from: '22:00', to: '06:00', zone }
    expect(inside(friday, '2026-11-28T03:30:00Z')).toBe(true) // Friday 22:30
    expect(inside(friday, '2026-11-28T10:30:00Z')).toBe(true) // Saturday 05:30
    expect(inside(friday, '2026-11-28T11:00:00Z')).toBe(false) // Saturday 06:00
    expect(inside(friday, '2026-11-27T10:30:00Z')).toBe(false) // Friday 05:30
    expect(inside(friday, '2026-11-29T03:30:00Z')).toBe(false) // Saturday 22:30
  })

  it('that crosses midnight into the week after starts on Sunday', () => {
    const sunday = { days: ['sun'], from: '23:00', to: '01:00', zone: 'UTC' }
    expect(inside(sunday, '2026-11-30T00:30:00Z')).toBe(true)
    expect(inside(sunday, '2026-11-29T00:30:00Z')).toBe(false)
  })

  it('follows daylight saving: the same hour on the wall is another one in UTC', () => {
    const office = { from: '08:00', to: '09:00', zone }
    expect(inside(office, '2026-03-07T13:30:00Z')).toBe(true) // EST
    expect(inside(office, '2026-03-08T12:30:00Z')).toBe(true) // EDT, the day of the change
    expect(inside(office, '2026-03-08T13:30:00Z')).toBe(false)
  })

  it('never holds in an hour that the clock skips and holds twice in one that it repeats', () => {
    const early = { from: '02:00', to: '03:00', zone }
    expect(inside(early, '2026-03-08T06:59:00Z')).toBe(false) // 01:59 EST
    expect(inside(early, '2026-03-08T07:00:00Z')).toBe(false) // 03:00 EDT
    const repeated = { from: '01:00', to: '02:00', zone }
    expect(inside(repeated, '2026-11-01T05:30:00Z')).toBe(true) // 01:30 EDT
    expect(inside(repeated, '2026-11-01T06:30:00Z')).toBe(true) // 01:30 EST
  })

  it('covers a whole day from 00:00 to 24:00', () => {
    const monday = { days: ['mon'], zone: 'UTC' }
    expect(inside(monday, '2026-11-23T00:00:00Z')).toBe(true)
    expect(inside(monday, '2026-11-23T23:59:59Z')).toBe(true)
    expect(inside(monday, '2026-11-24T00:00:00Z')).toBe(false)
  })

  it('is refused when it is empty, or its zone does not exist', () => {
    expect(timeWindowSchema.safeParse({ from: '08:00', to: '08:00', zone }).success).toBe(false)
    expect(timeWindowSchema.safeParse({ from: '08:00', to: '25:00', zone }).success).toBe(false)
    expect(timeWindowSchema.safeParse({ zone: 'Mars/Olympus' }).success).toBe(false)
  })
})
