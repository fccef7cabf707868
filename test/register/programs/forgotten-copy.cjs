// What a forgotten copy of the driver does first, without its weight. Tells its parent, or prints, how that ended.
const { request } = require('node:http')
const threads = require('node:worker_threads')

const { LOCAL_URL: url, PASSWORD: password } = threads.workerData ?? process.env
const tell = (end) => {
  if (threads.parentPort) threads.parentPort.postMessage(end)
  else if (process.send) process.send(end, () => process.disconnect())
  else process.stdout.write(`${end}\n`)
}
try {
  request(`${url}/session/v1/login-request`, { method: 'POST', agent: false })
    .on('error', (error) => tell(error.code))
    .on('response', (response) => {
      response.resume()
      tell(`status ${response.statusCode}`)
    })
    .end(JSON.stringify({ data: { PASSWORD: password } }))
} catch (error) {
  tell(error.code)
}
