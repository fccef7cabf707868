import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createGroups } from './groups.ts'

/** How long a group takes here, in milliseconds of a clock that the test moves. */
const GROUP_MS = 6

describe('requests that are answered in groups', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  const open = () => {
    const groups: string[] = []
    const request = createGroups<string>({
      take: (waiting) => waiting.splice(0),
      run: (group) => {
        groups.push(group.join(''))
        return new Promise((resolve) => setTimeout(resolve, GROUP_MS))
      },
      fail: () => undefined,
      concernsAll: () => false,
    })
    const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)
    return { groups, request, pass }
  }

  it('wait for as many as came together before, and go as soon as they are there', async () => {
    const { groups, request, pass } = open()
    for (const name of 'abcd') request(name)
    await pass(2 * GROUP_MS)
    expect(groups).toEqual(['a', 'bcd'])
    for (const name of 'ef') request(name)
    await pass(1)
    expect(groups).toEqual(['a', 'bcd'])
    request('g')
    await pass(0)
    expect(groups).toEqual(['a', 'bcd', 'efg'])
  })

  it('wait no longer than the group before took', async () => {
    const { groups, request, pass } = open()
    for (const name of 'abcd') request(name)
    await pass(2 * GROUP_MS)
    request('e')
    await pass(GROUP_MS - 1)
    expect(groups).toEqual(['a', 'bcd'])
    await pass(1)
    expect(groups).toEqual(['a', 'bcd', 'e'])
  })

  it('go at once when none came with the one before, or that was long ago', async () => {
    const { groups, request, pass } = open()
    request('a')
    await pass(GROUP_MS)
    request('b')
    await pass(0)
    expect(groups).toEqual(['a', 'b'])
    for (const name of 'cde') request(name)
    await pass(2 * GROUP_MS)
    expect(groups).toEqual(['a', 'b', 'cde'])
    await pass(GROUP_MS)
    request('f')
    await pass(0)
    expect(groups).toEqual(['a', 'b', 'cde', 'f'])
  })
})
