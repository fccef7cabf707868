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
    const watch = watchOpenStatements(database.tables)
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
    })

    // Another session with the same ids does not end the statement.
    await trail.seal(sampleSession('other'), [outcomeOf(first)])
    await trail.seal(session, [outcomeOf(second)])
    await watch.look()
    expect(watch.current()).toMatchObject({ count: 1, traces: [first.query.traceId] })

    // A broker that starts anew finds the same.
    const again = watchOpenStatements(database.tables)
    await again.look()
    expect(again.current()).toEqual(watch.current())
    await trail.seal(session, [outcomeOf(first)])
    await watch.look()
    expect(watch.current()).toEqual({ count: 0, since: null, traces: [] })
  })

  it('are read again when somebody asks, though the records were sealed on another replica', async () => {
    const watch = watchOpenStatements(database.tables)
    await watch.look()
    const own = authorize('allow')
    await trail.seal(session, [own.span])
    const before = watch.current().count
    await watch.look()
    expect(watch.current().count).toBe(before + 1)
    await trail.seal(session, [outcomeOf(own)])
  })
})
