import { startTestBroker, TEST_KEY } from '../../packages/broker/src/test-support/start-test-broker.ts'
import { readFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
const test = await startTestBroker()
const cpuOf = (pid: number) => { const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' '); return (Number(f[13]) + Number(f[14])) * 10 }
const config = { ...test.config, dataDir: `${test.directory}/cold`, encryptionKey: TEST_KEY }
for (const opts of ['', '', ...process.argv.slice(2)]) {
  const out = []
  for (let i = 0; i < 5; i++) {
    const t = performance.now()
    const b = spawn(process.execPath, [...(opts === '' ? [] : opts.split(' ')), '--disable-warning=ExperimentalWarning', 'test/broker-load/run-load-broker.ts', JSON.stringify(config)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    await once(b.stdout!, 'data'); const ms = performance.now() - t
    const cpu = cpuOf(b.pid!)
    b.kill('SIGKILL'); await once(b, 'exit')
    out.push(`${ms.toFixed(0)}/${cpu}`)
  }
  console.log(opts || 'plain', out.join(' '))
}
await test.close(); process.exit(0)
