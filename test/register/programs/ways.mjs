// Every way to send a request to Snowflake without the driver, or with a copy of its own. Prints how each one ended.
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import { createRequire } from 'node:module'
import net from 'node:net'
import tls from 'node:tls'
import vm from 'node:vm'
import { Agent, Client, ProxyAgent, setGlobalDispatcher, request as undiciRequest } from 'undici'

const require = createRequire(import.meta.url)
const { LOCAL_URL: url, PASSWORD: password, DRIVER_BUNDLE: bundle } = process.env
const { hostname: host, port } = new URL(url)
const login = '/session/v1/login-request?requestId=1'
const body = JSON.stringify({ data: { LOGIN_NAME: 'somebody', PASSWORD: password } })
const credential = `Basic ${password}`

/** How a request of node:http ends. */
const ended = (start) =>
  new Promise((resolve, reject) => {
    const request = start()
    request.on('error', reject)
    request.on('response', (response) => {
      response.resume()
      response.on('end', () => resolve(`status ${response.statusCode}`))
    })
    request.on('connect', () => resolve('a tunnel'))
    request.end(body)
  })

/** How a socket ends on which `text` is written. */
const written = (socket, text) =>
  new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      socket.destroy()
      resolve(String(chunk).split('\r\n')[0])
    })
    socket.write(text)
  })

const driver = async (use) => {
  const snowflake = require(bundle)
  snowflake.configure({ logLevel: 'OFF' })
  return await new Promise((resolve, reject) =>
    use(snowflake, (error) => (error ? reject(error) : resolve('done'))),
  )
}
const account = { account: 'clinic', username: 'somebody', password, accessUrl: `${url}/driver` }

const raw = (path) =>
  `POST /${path}${login} HTTP/1.1\r\nhost: ${host}:${port}\r\nauthorization: ${credential}\r\ncontent-length: 0\r\n\r\n`

const ways = {
  'http.request': () => ended(() => http.request({ host, port, path: `/a${login}`, method: 'POST' })),
  'http.request with a list of headers': () =>
    ended(() =>
      http.request({
        host,
        port,
        path: `/b${login}`,
        method: 'POST',
        headers: ['host', `${host}:${port}`, 'authorization', credential],
      }),
    ),
  'http.request kept from before': () =>
    ended(() =>
      globalThis.kept.httpRequest({
        host,
        port,
        path: `/c${login}`,
        method: 'POST',
        headers: { authorization: credential },
      }),
    ),
  'a token of a session': () =>
    ended(() =>
      http.request({
        host,
        port,
        path: '/d/queries/1/result',
        headers: { authorization: `Snowflake Token="${password}"` },
      }),
    ),
  'a token set later': () =>
    ended(() => {
      const request = http.request({ host, port, path: '/e' })
      request.setHeader('Authorization', `Snowflake Token="${password}"`)
      return request
    }),
  'a query request': () =>
    ended(() => http.request({ host, port, path: '/f/queries/v1/query-request', method: 'POST' })),
  'a coded path': () =>
    ended(() => http.request({ host, port, path: '/g//session/v1/%6Cogin-request', method: 'POST' })),
  'a redirected request': () =>
    ended(() => {
      const request = http.request({
        host,
        port,
        path: '/elsewhere',
        method: 'POST',
        headers: { authorization: credential },
      })
      request.path = `/h${login}`
      return request
    }),
  'the SQL API': () =>
    ended(() =>
      http.request({
        host,
        port,
        path: '/i/api/v2/statements',
        method: 'POST',
        headers: { 'X-Snowflake-Authorization-Token-Type': 'OAUTH', authorization: `Bearer ${password}` },
      }),
    ),
  'the SQL API of the account': () =>
    ended(() =>
      http.request({
        host,
        port,
        path: '/api/v2/statements',
        method: 'POST',
        headers: { authorization: `Bearer ${password}` },
      }),
    ),
  'a token request of the account': () =>
    ended(() => http.request({ host, port, path: '/oauth/token-request', method: 'POST' })),
  fetch: () => fetch(`${url}/k${login}`, { method: 'POST', body }),
  'a long address': () => fetch(`${url}/t${login}&text=${'x'.repeat(20_000)}`, { method: 'POST', body }),
  'fetch kept from before': () => globalThis.kept.fetch(`${url}/l${login}`, { method: 'POST', body }),
  'another undici': () => undiciRequest(`${url}/m${login}`, { method: 'POST', body }),
  'another dispatcher': () => {
    setGlobalDispatcher(new Agent())
    return fetch(`${url}/n${login}`, { method: 'POST', body })
  },
  'undici by HTTP/2': () =>
    undiciRequest(`${url}/s${login}`, {
      dispatcher: new Client(url, { useH2c: true }),
      method: 'POST',
      body,
    }),
  'undici through a proxy': () =>
    undiciRequest('https://acme.snowflakecomputing.com/', {
      dispatcher: new ProxyAgent(url),
      method: 'POST',
      body,
    }),
  'HTTP/2': () =>
    new Promise((_, reject) => {
      const session = http2.connect(url)
      session.on('error', reject)
      session.on('connect', () => {
        try {
          const stream = session.request({ ':method': 'POST', ':path': `/o${login}` })
          stream.on('error', reject)
          stream.end(body)
        } catch (error) {
          reject(error)
        } finally {
          session.destroy()
        }
      })
      // The warehouse speaks no HTTP/2: the session connects, and then ends.
    }),
  'a socket': () => written(net.connect(Number(port), host), raw('p')),
  'a request in parts': () => {
    const socket = net.connect(Number(port), host)
    socket.write(`POST /u${login}`)
    return written(socket, ' HTTP/1.1\r\ncontent-length: 0\r\n\r\n')
  },
  'a socket kept from before': () =>
    written(globalThis.kept.connect(Number(port), host), Buffer.from(raw('q'))),
  'another realm': () =>
    vm.runInNewContext(
      `new Promise((resolve, reject) => {
        const request = require('node:http').request({ host, port, path: '/r${login}', method: 'POST' })
        request.on('error', reject)
        request.on('response', () => resolve('answered'))
        request.end(body)
      })`,
      { require, host, port, body },
    ),
  'a bundled driver': () => driver((snowflake, done) => snowflake.createConnection(account).connect(done)),
  'a bundled driver, loaded again': () => {
    for (const file of Object.keys(require.cache)) delete require.cache[file]
    return driver((snowflake, done) => snowflake.createConnection(account).connect(done))
  },
  'a connection from a text': () =>
    driver((snowflake, done) => {
      const expiry = { masterTokenExpirationTime: 4e12, sessionTokenExpirationTime: 4e12 }
      const tokenInfo = { masterToken: password, sessionToken: password, ...expiry }
      const text = JSON.stringify({ services: { sf: { tokenInfo } } })
      const connection = snowflake.deserializeConnection(account, text)
      connection.execute({ sqlText: 'select 1', complete: done })
    }),
  'a name of Snowflake': () => ended(() => https.request('https://acme.snowflakecomputing.com/anything')),
  'a name of Snowflake, kept from before': () =>
    ended(() => globalThis.kept.httpsRequest('https://Acme.US-East-1.PrivateLink.SnowflakeComputing.com./x')),
  'a name of Snowflake in China': () => fetch('https://acme.snowflakecomputing.cn/'),
  'a socket to a name of Snowflake': () => written(net.connect(443, 'acme.snowflakecomputing.com'), 'hello'),
  'TLS to a name of Snowflake': () =>
    written(tls.connect({ port, host, servername: 'acme.snowflakecomputing.com' }), 'hello'),
  'TLS on a socket': () =>
    written(
      tls.connect({ socket: net.connect(Number(port), host), servername: 'acme.snowflakecomputing.com' }),
      'hello',
    ),
  'a tunnel': () =>
    ended(() => http.request({ host, port, method: 'CONNECT', path: 'acme.snowflakecomputing.com:443' })),
  'a tunnel by a socket': () =>
    written(
      net.connect(Number(port), host),
      'CONNECT acme.snowflakecomputing.com:443 HTTP/1.1\r\nproxy-authorization: x\r\n\r\n',
    ),
  'a proxy': () =>
    ended(() => http.request({ host, port, path: 'http://acme.snowflakecomputing.com/session' })),
  'another address': () =>
    ended(() => http.request({ host, port, headers: { Host: 'acme.snowflakecomputing.com' } })),
}

const deepest = (error) => (error?.cause ? deepest(error.cause) : error)
const found = {}
const only = process.env.ONLY?.split(',')
for (const [name, start] of Object.entries(ways)) {
  if (only && !only.includes(name)) continue
  try {
    const answer = await start()
    found[name] = String(answer?.status ?? answer?.statusCode ?? answer)
  } catch (error) {
    const { code, message } = deepest(error)
    const isRefused = message.includes('did not come from a governed connection')
    found[name] = isRefused ? 'refused' : String(code ?? error)
  }
}
process.stdout.write(JSON.stringify(found))
process.exit(0)
