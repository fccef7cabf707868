import { describe, expect, it } from 'vitest'
import { sampleSession } from '../test-support/sample-trail.ts'
import { createLiveSessions } from './live-sessions.ts'

const now = new Date()
const session = (id: string) => ({ ...sampleSession(id), expiresAt: new Date(now.getTime() + 60_000) })

describe('remembered sessions', () => {
  it('are found until they end or change, each by itself', () => {
    const live = createLiveSessions(true)
    live.remember('hash a', session('a'), live.generation)
    live.remember('hash b', session('b'), live.generation)
    live.forget('a')
    expect(live.find('hash a', now)).toBeNull()
    expect(live.find('hash b', now)?.id).toBe('b')
  })

  it('are not those that ended while they were read; the end of another changes nothing', () => {
    const live = createLiveSessions(true)
    const before = live.generation
    live.forget('a')
    live.remember('hash a', session('a'), before)
    live.remember('hash b', session('b'), before)
    expect(live.find('hash a', now)).toBeNull()
    expect(live.find('hash b', now)?.id).toBe('b')
    live.remember('hash a', session('a'), live.generation)
    expect(live.find('hash a', now)?.id).toBe('a')
  })

  it('are not those that may have ended while they were read, when too many ended since', () => {
    const live = createLiveSessions(true)
    const before = live.generation
    live.forget('a')
    for (let count = 0; count < 10_000; count += 1) live.forget(`other ${count}`)
    live.remember('hash a', session('a'), before)
    expect(live.find('hash a', now)).toBeNull()
  })

  it('are bounded, and the oldest make room', () => {
    const live = createLiveSessions(true)
    for (let count = 0; count <= 20_000; count += 1) {
      live.remember(`hash ${count}`, session(`${count}`), live.generation)
    }
    expect(live.find('hash 0', now)).toBeNull()
    expect(live.find('hash 1', now)?.id).toBe('1')
    expect(live.find('hash 20000', now)?.id).toBe('20000')
  })

  it('are none where another broker can end them, and none past their time', () => {
    const shared = createLiveSessions(false)
    shared.remember('hash a', session('a'), shared.generation)
    expect(shared.find('hash a', now)).toBeNull()
    const live = createLiveSessions(true)
    live.remember('hash a', session('a'), live.generation)
    expect(live.find('hash a', new Date(now.getTime() + 60_000))).toBeNull()
  })
})
