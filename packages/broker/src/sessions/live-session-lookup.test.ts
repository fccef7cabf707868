import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../database/open-database.ts'
import { createDeclaredTexts } from '../keys/declared-texts.ts'
import { createSealer } from '../keys/sealer.ts'
import { sampleSession } from '../test-support/sample-trail.ts'
import { type Postgres, startPostgres } from '../test-support/start-postgres.ts'
import { createLiveSessionLookup } from './live-session-lookup.ts'
import { insertSession } from './session-store.ts'

describe('sessions that are looked up together', () => {
  const texts = createDeclaredTexts(createSealer(Buffer.alloc(32, 9)))
  let server: Postgres
  let database: Database
  beforeAll(async () => {
    server = await startPostgres()
    database = await openDatabase({ databaseUrl: await server.createDatabase('sessions') })
    for (const id of ['sound', 'damaged']) {
      const session = { ...sampleSession(id), expiresAt: new Date('2100-01-01') }
      await insertSession(database.tables, texts, session, `hash of ${id}`)
    }
    await database.tables
      .updateTable('sessions')
      .set({ sealed_agent: 'not what was sealed' })
      .where('id', '=', 'damaged')
      .execute()
  })
  afterAll(async () => {
    await database.close()
    await server.close()
  })

  it('are found, unless one itself cannot be read', async () => {
    const find = createLiveSessionLookup(database.tables, texts, () => new Date())
    // The first goes alone, the others together.
    const answers = await Promise.allSettled(
      ['unknown', 'damaged', 'sound', 'unknown', 'sound'].map((id) => find(`hash of ${id}`)),
    )
    expect(answers.map((answer) => (answer.status === 'rejected' ? 'failed' : answer.value?.id))).toEqual([
      undefined,
      'failed',
      'sound',
      undefined,
      'sound',
    ])
  })

  it('are answered together when the database hangs: none is asked for after the others', async () => {
    const find = createLiveSessionLookup(database.tables, texts, () => new Date())
    await server.freeze()
    try {
      const first = find('hash of sound')
      const others = Promise.allSettled([find('hash of sound'), find('hash of unknown')])
      await expect(first).rejects.toMatchObject({ code: 'ERR_BROKER_DATABASE_UNREACHABLE' })
      const answers = await Promise.race([others, setImmediate('still waiting')])
      expect(answers).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }])
    } finally {
      await server.thaw()
    }
  }, 60_000)
})
