import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestBroker, type TestBroker } from '../test-support/start-test-broker.ts'

interface OpenApi {
  readonly openapi: string
  readonly paths: Record<string, Record<string, { summary?: string; security?: unknown[] }>>
}

describe('the routes of a broker', () => {
  let test: TestBroker

  beforeAll(async () => {
    test = await startTestBroker()
  })
  afterAll(() => test.close())

  it('are all described in the generated OpenAPI document', async () => {
    const { body } = await test.send<OpenApi>('GET', '/openapi.json', null)
    expect(body.openapi).toMatch(/^3\./)
    const operations = Object.values(body.paths).flatMap((path) => Object.values(path))
    expect(operations.length).toBeGreaterThanOrEqual(23)
    expect(operations.every(({ summary }) => summary !== undefined && summary !== '')).toBe(true)
  })

  it('answer nothing to whoever shows no token, except what is public', async () => {
    const { body } = await test.send<OpenApi>('GET', '/openapi.json', null)
    const open: string[] = []
    for (const [path, methods] of Object.entries(body.paths)) {
      for (const method of Object.keys(methods)) {
        const url = path.replace('{id}', '00000000-0000-4000-8000-000000000000')
        const answer = await test.send<{ error?: { code: string } }>(method.toUpperCase(), url, null)
        if (answer.status === 401) expect(answer.body.error?.code, path).toBe('ERR_IDENTITY_TOKEN_MISSING')
        else open.push(path)
      }
    }
    expect(open.sort()).toEqual([
      '/.well-known/openid-configuration',
      '/healthz',
      '/jwks.json',
      '/metrics',
      '/readyz',
      '/v1/audit/key',
    ])
  })

  it('are counted by route and status, without a name or id of anybody', async () => {
    const session = await test.openSession('agent')
    await test.renew('agent', session)
    const { body } = await test.send<{ text: string }>('GET', '/metrics', null)
    expect(body.text).toContain('route="/v1/sessions/:id/renew"')
    expect(body.text).toMatch(/snowfence_broker_events_total\{event="session.created"\} 1/)
    expect(body.text).not.toContain(session.sessionId)
    expect(body.text).not.toContain('agent"')
  })

  it('are never to be cached, except the public keys', async () => {
    for (const path of ['/healthz', '/v1/audit/key', '/v1/nothing']) {
      expect((await test.send('GET', path, null)).headers.get('cache-control')).toBe('no-store')
    }
    expect((await test.send('GET', '/jwks.json', null)).headers.get('cache-control')).toContain('max-age')
  })
})
