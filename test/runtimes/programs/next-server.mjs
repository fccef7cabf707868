// Starts a built Next application, asks its route, and ends it.
import { spawn } from 'node:child_process'

const server = spawn(process.execPath, [...process.argv.slice(2), '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
let isAsked = false
server.stdout.on('data', async (text) => {
  const [, port] = /localhost:(\d+)/.exec(text) ?? []
  if (port === undefined || isAsked) return
  isAsked = true
  const { status } = await fetch(`http://127.0.0.1:${port}/answer`)
  server.kill()
  process.exitCode = status === 200 ? 0 : 1
})
