import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpClient, type HttpClient, type HttpClientOptions } from './create-http-client.ts'

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const resource of opened.splice(0)) await resource.close()
})

const never = new AbortController().signal

const start = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  { below = '', ...options }: HttpClientOptions & { readonly below?: string } = {},
): Promise<{ client: HttpClient; server: Server }> => {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = createHttpClient(
    new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}${below}`),
    options,
  )
  opened.push(client, {
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
  return { client, server }
}

const get = (client: HttpClient, path = 'v1/x', signal = never) =>
  client.send({ method: 'GET', path, headers: {}, signal })

describe('a client for one address', () => {
  it.each([
    ['', '/v1/x?y=1'],
    ['/', '/v1/x?y=1'],
    ['/prefix', '/prefix/v1/x?y=1'],
    ['/prefix/', '/prefix/v1/x?y=1'],
  ])('asks below the path `%s` of its address', async (below, url) => {
    const { client } = await start((request, response) => response.end(request.url), { below })
    expect((await get(client, 'v1/x?y=1')).body.toString()).toBe(url)
  })

  it('sends text by its bytes, and no body where there is none', async () => {
    const { client } = await start(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      response.end(`${request.headers['content-length'] ?? 'none'} ${Buffer.concat(chunks).toString()}`)
    })
    const sent = await client.send({ method: 'POST', path: 'x', headers: {}, body: 'Zoë', signal: never })
    expect(sent.body.toString()).toBe('4 Zoë')
    expect((await get(client)).body.toString()).toBe('none ')
  })

  it('follows no redirect', async () => {
    let requests = 0
    const { client } = await start((_request, response) => {
      requests += 1
      response.writeHead(307, { location: '/elsewhere' }).end()
    })
    expect((await get(client)).status).toBe(307)
    expect(requests).toBe(1)
  })

  it('keeps one connection for requests that follow each other, and lets go of it', async () => {
    const { client, server } = await start((_request, response) => response.end('ok'))
    let connections = 0
    server.on('connection', () => {
      connections += 1
    })
    for (let number = 0; number < 4; number += 1) await get(client)
    expect(connections).toBe(1)
    client.close()
    expect((await get(client)).status).toBe(200)
    expect(connections).toBe(2)
  })

  it('rejects with the reason of its signal, before and while it waits', async () => {
    const { client } = await start(() => {})
    const reason = new Error('no longer wanted')
    await expect(get(client, 'x', AbortSignal.abort(reason))).rejects.toBe(reason)
    const controller = new AbortController()
    const waiting = get(client, 'x', controller.signal)
    setTimeout(() => controller.abort(reason), 20)
    await expect(waiting).rejects.toBe(reason)
  })

  it('takes a broken or endless answer for none', async () => {
    const broken = await start((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half')
      setTimeout(() => response.destroy(), 20)
    })
    await expect(get(broken.client)).rejects.toThrow()
    const endless = await start(
      (_request, response) => {
        const more = () => {
          while (response.write(Buffer.alloc(1024)));
          response.once('drain', more)
        }
        more()
      },
      { maxAnswerBytes: 4096 },
    )
    await expect(get(endless.client)).rejects.toThrow('too long')
  })

  it('opens an answer that goes on, until its signal ends it', async () => {
    const { client } = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('first')
    })
    const controller = new AbortController()
    const answer = await client.open({ method: 'GET', path: 'x', headers: {}, signal: controller.signal })
    const chunks: string[] = []
    await expect(
      (async () => {
        for await (const chunk of answer) {
          chunks.push(String(chunk))
          controller.abort()
        }
      })(),
    ).rejects.toThrow()
    expect(chunks).toEqual(['first'])
  })

  it('refuses a path that would split the request', async () => {
    const { client } = await start((_request, response) => response.end())
    await expect(get(client, 'x HTTP/1.1\r\nx: y')).rejects.toThrow()
  })
})
