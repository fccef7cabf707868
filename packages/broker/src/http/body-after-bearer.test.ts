import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestBroker, type TestBroker } from '../test-support/start-test-broker.ts'

describe('the body of a request', () => {
  let test: TestBroker

  beforeAll(async () => {
    test = await startTestBroker()
  })
  afterAll(() => test.close())

  /** Sends the head of a request that announces a large body, and none of the body; gives the head of the answer. */
  const announce = async (path: string, authorization: string | null): Promise<string> => {
    const { hostname, port } = new URL(test.broker.url)
    const socket = connect(Number(port), hostname)
    socket.write(
      [
        `POST ${path} HTTP/1.1`,
        'host: broker',
        'content-type: application/json',
        'content-length: 5000000',
        ...(authorization === null ? [] : [`authorization: ${authorization}`]),
        '\r\n',
      ].join('\r\n'),
    )
    const [first] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    return first.toString()
  }

  it.each([
    '/v1/traces',
    '/v1/sessions',
    '/v1/approvals',
    '/v1/approvals/00000000-0000-4000-8000-000000000000/decision',
  ])('is not read before its sender is known: %s', async (path) => {
    const tokens = [null, 'Bearer x', 'Basic eDp5', 'Bearer sfs_unknown', `Bearer ${'a.'.repeat(900)}a`]
    for (const token of tokens) {
      const answer = await announce(path, token)
      expect(answer).toMatch(/^HTTP\/1.1 401 /)
      expect(answer).toMatch(/ERR_IDENTITY_TOKEN_(MISSING|INVALID)|ERR_SESSION_NOT_FOUND/)
    }
  })

  it('that comes all the same leaves the answer readable', async () => {
    const response = await fetch(`${test.broker.address}/v1/traces`, {
      method: 'POST',
      headers: { authorization: 'Bearer sfs_unknown', 'content-type': 'application/json' },
      body: 'x'.repeat(7_000_000),
    })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error: { code: 'ERR_SESSION_NOT_FOUND' } })
  })
})
