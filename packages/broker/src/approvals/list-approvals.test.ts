import type { Approval, Session } from '@snowfence/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noteStatement } from '../test-support/clinic.ts'
import { startTestBroker, statementOf, type TestBroker } from '../test-support/start-test-broker.ts'
import type { ApprovalPage } from './list-approvals.ts'

describe('the inbox', () => {
  let test: TestBroker
  let session: Session
  const asked: Approval[] = []

  beforeAll(async () => {
    test = await startTestBroker()
    session = await test.openSession('agent')
    for (let count = 0; count < 7; count += 1) {
      asked.push((await test.ask(session, statementOf(noteStatement))).body)
    }
  })
  afterAll(() => test.close())

  const page = async (query: string, client: 'reviewer' | 'stranger' = 'reviewer') =>
    test.send<ApprovalPage>('GET', `/v1/approvals?${query}`, await test.issuer.token(client))

  it.each(['newest', 'oldest'])('gives every request once, page by page, %s first', async (order) => {
    const ids: string[] = []
    const sizes: number[] = []
    let cursor = ''
    do {
      const { status, body } = await page(`state=pending&limit=3&order=${order}${cursor}`)
      expect(status).toBe(200)
      sizes.push(body.approvals.length)
      ids.push(...body.approvals.map(({ id }) => id))
      cursor = body.next === null ? '' : `&cursor=${body.next}`
      // What is asked or decided meanwhile moves no other request between pages.
      if (sizes.length === 1 && order === 'newest') {
        asked.push((await test.ask(session, statementOf(noteStatement))).body)
      }
    } while (cursor !== '')
    const expected = asked.map(({ id }) => id)
    if (order === 'oldest') expect(ids).toEqual(expected)
    else expect(ids).toEqual(expected.slice(0, 7).toReversed())
    expect(sizes).toEqual(order === 'oldest' ? [3, 3, 2] : [3, 3, 1])
  })

  it('says since when the oldest request waits, on whatever page', async () => {
    const { body } = await page('state=pending&limit=1')
    expect(body.approvals[0]?.id).not.toBe(asked[0]?.id)
    expect(body.oldestPendingAt).toBe(asked[0]?.createdAt)
    expect((await page('state=pending', 'stranger')).body).toEqual({
      approvals: [],
      next: null,
      oldestPendingAt: null,
    })
  })

  it.each([
    'cursor=x',
    `cursor=${Buffer.from('["2026-01-01T00:00:00.000Z"]').toString('base64url')}`,
    `cursor=${Buffer.from(`["2026-01-01T00:00:00.000Z","' or true --"]`).toString('base64url')}`,
    'limit=0',
    'limit=201',
    'limit=1.5',
    'order=random',
  ])('refuses %s', async (query) => {
    expect(await page(query)).toMatchObject({ status: 400, body: { error: { code: 'ERR_REQUEST_INVALID' } } })
  })
})
