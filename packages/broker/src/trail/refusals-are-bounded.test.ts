import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../database/open-database.ts'
import { createRefusedIdentities, type Refusal, type RefusedIdentities } from './refused-identities.ts'
import { openTrail, type Trail } from './trail.ts'

const refusal = (changes: Partial<Refusal> & { readonly subject?: string } = {}): Refusal => ({
  code: 'ERR_IDENTITY_TOKEN_INVALID',
  token: { reason: 'signature', issuer: null, subject: changes.subject ?? null, tokenHash: null },
  address: '192.0.2.1',
  route: '/v1/sessions',
  ...changes,
})

describe('a storm of refused tokens', () => {
  let database: Database
  let trail: Trail
  let commits = 0
  let time = 0
  let before = 0
  let isBroken = false
  let refusals: RefusedIdentities

  beforeAll(async () => {
    database = await openDatabase({})
    trail = await openTrail({ database, clock: () => new Date(), onSealed: () => undefined })
  })
  afterAll(async () => {
    await trail.close()
    await database.close()
  })
  beforeEach(async () => {
    commits = 0
    isBroken = false
    before = (await trail.tree.head()).size
    refusals = createRefusedIdentities({
      database: database.tables,
      now: () => time,
      trail: {
        transact: async (work) => {
          if (isBroken) throw new Error('the database is gone')
          commits += 1
          return trail.transact(work)
        },
      },
    })
  })

  const sealed = async (): Promise<{ name: string; count: number; addresses: string[] }[]> => {
    const rows = await database.tables
      .selectFrom('records')
      .select('body')
      .where('leaf_index', '>=', before)
      .orderBy('leaf_index')
      .execute()
    return rows.map(({ body }) => {
      const { name, attributes } = JSON.parse(body).span
      return {
        name,
        count: attributes['snowfence.refusal.count'],
        addresses: attributes['snowfence.refusal.addresses'] ?? [],
      }
    })
  }
  const total = async (): Promise<number> => (await sealed()).reduce((sum, { count }) => sum + count, 0)

  it('writes nothing while it is noted, and alike ones of a second are one record', async () => {
    for (let index = 0; index < 1000; index += 1) refusals.note(refusal())
    expect(commits).toBe(0)
    await refusals.flush()
    expect(commits).toBe(1)
    expect(await sealed()).toEqual([{ name: 'identity.refused', count: 1000, addresses: [] }])
    await refusals.flush()
    expect(commits).toBe(1)
  })

  it('of one address has five records in a minute and one that counts the others', async () => {
    for (let index = 0; index < 1000; index += 1) {
      refusals.note(refusal({ subject: `agent-${index}` }))
      await refusals.flush()
    }
    expect(await sealed()).toHaveLength(5)
    time += 60_000
    await refusals.flush()
    const all = await sealed()
    expect(all).toHaveLength(6)
    expect(all.at(-1)).toEqual({
      name: 'identity.refusals_counted',
      count: 995,
      addresses: ['192.0.2.1=995'],
    })
  })

  it('of many addresses has thirty-one records in a minute, whatever they are, and loses none from the count', async () => {
    for (let minute = 0; minute < 3; minute += 1) {
      for (let index = 0; index < 5000; index += 1) {
        refusals.note(refusal({ address: `2001:db8:${minute}:${index}::/64`, subject: `agent-${index}` }))
        if (index % 500 === 0) await refusals.flush()
      }
      time += 60_000
    }
    await refusals.flush()
    expect((await sealed()).length).toBeLessThanOrEqual(3 * 31)
    expect(await total()).toBe(15_000)
    for (const { addresses } of await sealed()) expect(addresses.length).toBeLessThanOrEqual(32)
  })

  it('is recorded later when the database was gone, and the last of it at a stop', async () => {
    refusals.note(refusal())
    isBroken = true
    await expect(refusals.flush()).rejects.toThrow('gone')
    for (let index = 0; index < 100; index += 1) refusals.note(refusal({ subject: `agent-${index}` }))
    isBroken = false
    await refusals.flush(true)
    expect(await total()).toBe(101)
  })
})
