import { describe, expect, it } from 'vitest'
import { createSealedIds } from './sealed-ids.ts'

/** Ids over a store that holds what was sealed, and the sessions that were asked for. */
const open = (bounds: { ofASession?: number; altogether?: number } = {}) => {
  const sealed = new Map<string, string[]>()
  const asked: string[] = []
  const ids = createSealedIds({
    load: async (sessionId, most) => {
      asked.push(sessionId)
      return (sealed.get(sessionId) ?? []).slice(0, most)
    },
    ...bounds,
  })
  const take = async (sessionId: string, ...taken: string[]): Promise<boolean> => {
    const isNew = await ids.take(sessionId, taken)
    if (isNew) sealed.set(sessionId, [...(sealed.get(sessionId) ?? []), ...taken])
    return isNew
  }
  return { sealed, asked, ids, take }
}

describe('the ids of sealed records', () => {
  it('are known from the store once, and from memory afterwards', async () => {
    const { sealed, asked, take } = open()
    sealed.set('a', ['1'])
    expect(await take('a', '1')).toBe(false)
    expect(await take('a', '2')).toBe(true)
    expect(await take('a', '3', '2')).toBe(false)
    expect(await take('a', '3')).toBe(true)
    expect(asked).toEqual(['a'])
  })

  it('belong to their session', async () => {
    const { take } = open()
    expect(await take('a', '1')).toBe(true)
    expect(await take('b', '1')).toBe(true)
  })

  it('include what was sealed by another way', async () => {
    const { ids, take } = open()
    await take('a', '1')
    ids.add('a', ['2'])
    ids.add('b', ['3'])
    expect(await take('a', '2')).toBe(false)
  })

  it('are left to the store when a session has too many of them, those from before included', async () => {
    const { sealed, take } = open({ ofASession: 3 })
    expect(await take('a', '1', '2', '3', '4')).toBe(true)
    expect(await take('a', '5')).toBe(false)
    sealed.set('b', ['1', '2', '3', '4'])
    expect(await take('b', '5')).toBe(false)
  })

  it('are forgotten of the session that was used least lately, and then known from the store again', async () => {
    const { asked, take } = open({ altogether: 4 })
    await take('a', '1', '2')
    await take('b', '1', '2')
    await take('a', '3')
    expect(asked).toEqual(['a', 'b'])
    expect(await take('a', '1')).toBe(false)
    expect(asked).toEqual(['a', 'b'])
    expect(await take('b', '2')).toBe(false)
    expect(asked).toEqual(['a', 'b', 'b'])
  })
})
