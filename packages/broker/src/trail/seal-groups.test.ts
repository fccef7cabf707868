import { setImmediate } from 'node:timers/promises'
import { type SealedRecord, sealRecord } from '@snowfence/audit'
import { SnowfenceError } from '@snowfence/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sampleSpan } from '../test-support/sample-trail.ts'
import type { SealRequest } from './record-store.ts'
import { createSealGroups } from './seal-groups.ts'

const source = {
  producer: 'sdk',
  sessionId: 'a',
  principal: null,
  receivedAt: '2026-01-02T03:04:05.678Z',
} as const
const sealed: SealedRecord = sealRecord(sampleSpan(), source)

/** Groups over a store whose writes the test ends. */
const open = () => {
  const groups: (readonly SealRequest[])[] = []
  const ends: ((error?: Error) => void)[] = []
  const answers: string[] = []
  const add = createSealGroups({
    append: (group) => {
      groups.push(group)
      return new Promise((resolve, reject) => {
        ends.push((error) => {
          if (error !== undefined) return reject(error)
          for (const { accept } of group)
            accept({ receipt: { firstLeaf: 0, leaves: 1, treeSize: 1, rootHash: '' }, records: [] })
          resolve()
        })
      })
    },
  })
  const request = (name: string, records = 1): void =>
    add({
      sessionId: name,
      spans: records,
      seal: () => Array<SealedRecord>(records).fill(sealed),
      accept: () => answers.push(name),
      refuse: (error) => answers.push(`${name}: ${error instanceof Error ? error.message : ''}`),
    })
  const names = () => groups.map((group) => group.map(({ sessionId }) => sessionId).join(''))
  return { request, ends, names, answers }
}

describe('requests to seal', () => {
  // Groups take no time here: the next one gathers nothing.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  it('go one at once; those that come meanwhile go together', async () => {
    const { request, ends, names, answers } = open()
    for (const name of 'abcd') request(name)
    expect(names()).toEqual(['a'])
    ends[0]?.()
    await setImmediate()
    expect(names()).toEqual(['a', 'bcd'])
    request('e')
    ends[1]?.()
    await setImmediate()
    expect(names()).toEqual(['a', 'bcd', 'e'])
    expect(answers).toEqual(['a', 'b', 'c', 'd'])
  })

  it('fail with their own group alone', async () => {
    const { request, ends, answers } = open()
    for (const name of 'abc') request(name)
    ends[0]?.()
    await setImmediate()
    request('d')
    ends[1]?.(new Error('gone'))
    await setImmediate()
    ends[2]?.()
    await setImmediate()
    expect(answers).toEqual(['a', 'b: gone', 'c: gone', 'd'])
  })

  it('wait no longer when the database is gone: what a group failed with answers those behind it', async () => {
    const { request, ends, names, answers } = open()
    for (const name of 'abc') request(name)
    ends[0]?.(new SnowfenceError('ERR_BROKER_DATABASE_UNREACHABLE', { message: 'gone' }))
    await setImmediate()
    expect(names()).toEqual(['a'])
    expect(answers).toEqual(['a: gone', 'b: gone', 'c: gone'])
    request('d')
    await setImmediate()
    expect(names()).toEqual(['a', 'd'])
  })

  it('make no group of more than a thousand records, unless one of them has more', async () => {
    const { request, ends, names } = open()
    request('a')
    request('b', 600)
    request('c', 400)
    request('d', 1)
    request('e', 5000)
    for (let group = 0; group < 4; group += 1) {
      ends[group]?.()
      await setImmediate()
    }
    expect(names()).toEqual(['a', 'bc', 'd', 'e'])
  })
})
