import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../database/open-database.ts'
import { sampleSession, sampleSpan } from '../test-support/sample-trail.ts'
import { type OpenStatementsWatch, watchOpenStatements } from './open-statements.ts'
import { openTrail, type Trail } from './trail.ts'

describe('statements without an outcome', () => {
  let database: Database
  let trail: Trail
  const watches: OpenStatementsWatch[] = []
  let at = Date.parse('2026-01-02T03:04:05.000Z')
  beforeAll(async () => {
    database = await openDatabase({})
    trail = await openTrail({
      database,
      clock: () => new Date(at),
      onSealed: () => {
        for (const watch of watches) watch.note()
      },
    })
  })
  afterAll(async () => {
    await trail.close()
    await database.close()
  })
  const session = sampleSession('own')
  const authorize = (decision: string) => {
    const query = sampleSpan()
    const span = sampleSpan()
    const attributes = { 'snowfence.span': 'authorize', 'snowfence.decision': decision }
    return { query, span: { ...span, traceId: query.traceId, parentSpanId: query.spanId, attributes } }
  }
  const outcomeOf = ({ query }: ReturnType<typeof authorize>) => ({
    ...query,
    attributes: { 'snowfence.span': 'query', 'snowfence.outcome': 'completed' },
  })

  it('are counted with the time of the first, and are counted no more when the outcome comes', async () => {
    const watch = watchOpenStatements(database.tables, { exclusive: true })
    watches.push(watch)
    const [first, second, denied] = [authorize('allow'), authorize('needs-approval'), authorize('deny')]
    await trail.seal(session, [first.span])
    at += 60_000
    await trail.seal(session, [second.span, denied.span])
    await watch.look()
    expect(watch.current()).toEqual({
      count: 2,
      since: '2026-01-02T03:04:05.000Z',
      traces: [first.query.traceId, second.query.traceId],
      unread: 0,
    })

    // Another session with the same ids does not end the statement.
    await trail.seal(sampleSession('other'), [outcomeOf(first)])
    await trail.seal(session, [outcomeOf(second)])
    await watch.look()
    expect(watch.current()).toMatchObject({ count: 1, traces: [first.query.traceId] })

    // A broker that starts anew finds the same.
    const again = watchOpenStatements(database.tables, { exclusive: true })
    await again.look()
    expect(again.current()).toEqual(watch.current())
    await trail.seal(session, [outcomeOf(first)])
    await watch.look()
    expect(watch.current()).toEqual({ count: 0, since: null, traces: [], unread: 0 })
  })

  it('are counted after the figures were asked for, though the records were sealed on another replica', async () => {
    const watch = watchOpenStatements(database.tables, { exclusive: false })
    await watch.look()
    const before = watch.current().count
    const own = authorize('allow')
    // Of these records the watch is not told.
    await trail.seal(session, [own.span])
    await watch.look()
    expect(watch.current()).toMatchObject({ count: before + 1, unread: 0 })
    await trail.seal(session, [outcomeOf(own)])
  })

  it.each([true, false])(
    'ask the database nothing while nobody asks or seals (exclusive: %s)',
    async (exclusive) => {
      const asked: string[] = []
      const counting = database.tables.withPlugin({
        transformQuery: ({ node }) => {
          asked.push(node.kind)
          return node
        },
        transformResult: async ({ result }) => result,
      })
      const watch = watchOpenStatements(counting, { exclusive })
      await watch.look()
      const first = asked.length
      expect(first).toBeGreaterThan(0)
      for (let looks = 0; looks < 10; looks += 1) await watch.look()
      expect(asked.length).toBe(first)
    },
  )

  it('say how many records are not read yet, in a trail that is longer than one look', async () => {
    const own = authorize('allow')
    await trail.seal(session, [own.span])
    for (let batch = 0; batch < 21; batch += 1)
      await trail.seal(
        session,
        Array.from({ length: 500 }, () => sampleSpan()),
      )
    const watch = watchOpenStatements(database.tables, { exclusive: true })
    await watch.look()
    const { unread } = watch.current()
    expect(unread).toBeGreaterThan(0)
    // What is left is read without a further word.
    await watch.look()
    expect(watch.current().unread).toBe(0)
    await trail.seal(session, [outcomeOf(own)])
  })
})
