// A program with a server of its own, whose paths look like those of Snowflake.
import http from 'node:http'

const server = http.createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const { port } = server.address()

const ended = (options) =>
  new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, method: 'POST', agent: false, ...options })
    request.on('error', reject)
    request.on('response', (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode))
    })
    request.end('{}')
  })
const lookup = (_name, _options, found) => found(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }))

const requests = {
  'the paths of the SQL API': () =>
    ended({ path: '/api/v2/statements', headers: { authorization: 'Bearer x' } }),
  'the paths of a token': () => ended({ path: '/oauth/token-request' }),
  'the paths of a session': () => ended({ path: '/session/1' }),
  'a host with a similar name': () => ended({ host: 'snowflakecomputing.com.example.org', port: 80, lookup }),
  'the path of a login, at a host that was named': () =>
    ended({ port: 45871, path: '/session/v1/login-request' }),
  'the path of a login, at another host': () =>
    ended({ path: '/session/v1/login-request' }).catch((error) => error.code),
  'a path that only contains it': () => ended({ path: '/docs/session/v1/login-request/page' }),
  'fetch to a path of a query': async () => (await fetch(`http://127.0.0.1:${port}/queries/1/result`)).status,
}

// The standard output is a socket here.
process.emitWarning = () => {}
process.stdout.write('POST /session/v1/login-request HTTP/1.1\r\n')
const found = {}
for (const [name, send] of Object.entries(requests)) found[name] = await send().catch((error) => error.code)
process.stdout.write(JSON.stringify(found))
server.close()
