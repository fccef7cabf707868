import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Session } from '@snowfence/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noteStatement } from '../test-support/clinic.ts'
import { startTestBroker, statementOf, type TestBroker } from '../test-support/start-test-broker.ts'

interface Failure {
  readonly error: { readonly code: string }
}
const codeOf = ({ body }: { readonly body: unknown }): string | undefined =>
  (body as Partial<Failure>).error?.code

describe('requests without end', () => {
  let test: TestBroker
  let session: Session
  let token: string

  beforeAll(async () => {
    test = await startTestBroker({
      config: {
        limits: {
          refusalsPerMinute: 5,
          sessionsPerMinute: 3,
          requestsPerMinute: 20,
          publicRequestsPerMinute: 30,
        },
      },
    })
    session = await test.openSession('agent')
    token = await test.issuer.token('reviewer')
    expect((await test.send('GET', '/v1/approvals', token)).status).toBe(200)
  })
  afterAll(() => test.close())

  it('of a principal are refused with the time to wait, those of others are not', async () => {
    const second = await test.openSession('second-agent')
    const answers = await Promise.all(
      Array.from({ length: 21 }, () => test.send('GET', '/v1/approvals', second.sessionToken)),
    )
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(1)
    expect(codeOf(refused[0]!)).toBe('ERR_RATE_LIMITED')
    const seconds = Number(refused[0]!.headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(0)
    expect(refused[0]!.body).toMatchObject({ error: { hint: expect.stringContaining(`wait ${seconds} s`) } })
    expect((await test.send('GET', '/v1/approvals', session.sessionToken)).status).toBe(200)
  })

  it('for sessions are counted by principal, over all its tokens', async () => {
    await test.openSession('agent-and-reviewer')
    await test.openSession('agent-and-reviewer')
    await test.openSession('agent-and-reviewer')
    await expect(test.openSession('agent-and-reviewer')).rejects.toThrow('ERR_RATE_LIMITED')
  })

  it('with bearers that are not valid are no longer verified, and those that were accepted go on', async () => {
    for (let index = 0; index < 5; index += 1)
      expect((await test.send('GET', '/v1/approvals', `sfs_wrong-${index}`)).status).toBe(401)
    for (const bearer of ['sfs_wrong-5', 'x', await test.issuer.token('auditor')]) {
      const answer = await test.send('GET', '/v1/approvals', bearer)
      expect([answer.status, codeOf(answer)]).toEqual([429, 'ERR_RATE_LIMITED'])
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    }
    expect((await test.send('GET', '/v1/approvals', session.sessionToken)).status).toBe(200)
    expect((await test.send('GET', '/v1/approvals', token)).status).toBe(200)
  })

  it('to routes without a bearer are counted by address', async () => {
    const answers = await Promise.all(Array.from({ length: 31 }, () => test.send('GET', '/readyz', null)))
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0)
  })
})

describe('answers that wait', () => {
  let test: TestBroker

  beforeAll(async () => {
    test = await startTestBroker({ config: { limits: { streamsPerSession: 2, waitingPerAddress: 8 } } })
  })
  afterAll(() => test.close())

  it('are bounded by session and by address', async () => {
    const session = await test.openSession('agent')
    const open = async () => {
      const response = await fetch(`${test.broker.address}/v1/sessions/${session.sessionId}/events`, {
        headers: { authorization: `Bearer ${session.sessionToken}` },
      })
      expect(response.status).toBe(200)
      return response.body!.getReader()
    }
    const streams = [await open(), await open(), await open()]
    // The oldest ends; the others go on.
    for (;;) if ((await streams[0]!.read()).done) break
    expect(new TextDecoder().decode((await streams[1]!.read()).value)).toContain('connected')

    const { body: approval } = await test.ask(session, statementOf(noteStatement))
    const gone = new AbortController()
    const statuses: number[] = []
    const polls = Array.from({ length: 10 }, () =>
      fetch(`${test.broker.address}/v1/approvals/${approval.id}?wait=50`, {
        headers: { authorization: `Bearer ${session.sessionToken}` },
        signal: gone.signal,
      }).then(
        ({ status }) => statuses.push(status),
        () => null,
      ),
    )
    await expect.poll(() => statuses).toEqual([429, 429, 429, 429])
    gone.abort()
    await Promise.all(polls)
    await Promise.all(streams.map((stream) => stream.cancel()))
    // The places are given back.
    await expect
      .poll(
        async () =>
          (await test.send('GET', `/v1/approvals/${approval.id}?wait=0.01`, session.sessionToken)).status,
      )
      .toBe(200)
  })
})

describe('connections', () => {
  let test: TestBroker

  beforeAll(async () => {
    test = await startTestBroker({
      config: {
        limits: {
          headerSeconds: 1,
          requestSeconds: 2,
          answerSeconds: 1,
          connections: 8,
          unprovenConnectionsPerAddress: 4,
        },
      },
    })
  })
  afterAll(() => test.close())

  const open = async (): Promise<{ socket: Socket; received: () => string; closed: Promise<unknown> }> => {
    const { hostname, port } = new URL(test.broker.url)
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', () => {})
    const closed = once(socket, 'close')
    await once(socket, 'connect')
    return { socket, received: () => text, closed }
  }
  const drip = (socket: Socket, text: string) => setInterval(() => socket.write(text), 100)
  const expectRefusal = (text: string, status: number): void => {
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    const { error } = JSON.parse(text.slice(text.indexOf('\r\n\r\n'))) as Failure
    expect(error.code).toBe('ERR_REQUEST_INVALID')
  }

  it('whose headers come letter by letter are ended', async () => {
    const { socket, received, closed } = await open()
    socket.write('GET /healthz HTTP/1.1\r\nhost: broker\r\n')
    const dripping = drip(socket, 'x-a: b\r\n')
    await closed
    clearInterval(dripping)
    expectRefusal(received(), 408)
  }, 20_000)

  it('whose bodies come letter by letter are ended, with a valid bearer too', async () => {
    const session = await test.openSession('agent')
    const { socket, received, closed } = await open()
    socket.write(
      `POST /v1/traces HTTP/1.1\r\nhost: broker\r\nauthorization: Bearer ${session.sessionToken}\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n`,
    )
    const dripping = drip(socket, ' ')
    await closed
    clearInterval(dripping)
    expectRefusal(received(), 408)
  }, 20_000)

  it('on which nothing is said are ended', async () => {
    const { closed } = await open()
    await closed
  }, 20_000)

  it('of strangers are bounded, and the oldest goes', async () => {
    const session = await test.openSession('agent')
    const known = await open()
    known.socket.write(
      `GET /v1/approvals HTTP/1.1\r\nhost: broker\r\nauthorization: Bearer ${session.sessionToken}\r\n\r\n`,
    )
    await expect.poll(() => known.received()).toContain('200 OK')
    const strangers = await Promise.all(Array.from({ length: 5 }, open))
    await Promise.race(strangers.map(({ closed }) => closed))
    expect(strangers.filter(({ socket }) => socket.closed).length).toBeLessThan(5)
    expect(known.socket.closed).toBe(false)
    for (const { socket } of [...strangers, known]) socket.destroy()
  })

  it.each([
    ['a large answer', '/openapi.json', 200],
    ['many small answers', '/healthz', 40_000],
  ])(
    'that read %s slowly are ended',
    async (_name, path, count) => {
      const { hostname, port } = new URL(test.broker.url)
      const socket = connect(Number(port), hostname)
      socket.on('error', () => {})
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
      socket.pause()
      const one = `GET ${path} HTTP/1.1\r\nhost: broker\r\n\r\n`
      for (let sent = 0; sent < count; sent += 100) socket.write(one.repeat(100))
      let received = 0
      // Never without a byte for long, so that no limit of idle time ends it. A byte to a connection that was cut is refused.
      const sipping = setInterval(() => {
        received += (socket.read(2048) ?? socket.read() ?? '').length
        socket.write('\r\n')
      }, 100)
      await closed
      clearInterval(sipping)
      expect(received).toBeLessThan(1_000_000)
    },
    30_000,
  )

  it.each([
    [
      'headers without end',
      `GET /healthz HTTP/1.1\r\nhost: broker\r\nx-a: ${'y'.repeat(40_000)}\r\n\r\n`,
      431,
    ],
    ['no HTTP', 'EHLO broker\r\n\r\n', 400],
    [
      'two lengths',
      'POST /v1/traces HTTP/1.1\r\nhost: b\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx',
      400,
    ],
    ['no host', 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    [
      'a length and chunks',
      'POST /v1/traces HTTP/1.1\r\nhost: b\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\nhost: b\r\n\r\n',
      400,
    ],
  ])('with %s are answered in the one form', async (_name, text, status) => {
    const { socket, received, closed } = await open()
    socket.write(text)
    await closed
    expectRefusal(received(), status)
  })

  it('that expect what nobody knows are verified like all others', async () => {
    const { socket, received, closed } = await open()
    socket.write(
      'POST /v1/traces HTTP/1.1\r\nhost: b\r\nexpect: 200-maybe\r\nconnection: close\r\ncontent-length: 0\r\n\r\n',
    )
    await closed
    expect(received()).toMatch(/^HTTP\/1.1 401 /)
    expect(received()).toContain('ERR_IDENTITY_TOKEN_MISSING')
  })

  it('for a route that is not there have their bodies unread', async () => {
    const { socket, received } = await open()
    socket.write('POST /v1/nothing HTTP/1.1\r\nhost: broker\r\ncontent-length: 900000\r\n\r\n')
    await expect.poll(() => received()).toContain('ERR_ROUTE_NOT_FOUND')
    socket.destroy()
  })
})
