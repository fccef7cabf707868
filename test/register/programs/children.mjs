// Every way to start another process or thread of Node. Prints how the forgotten copy in each one ended.
import childProcess, {
  exec,
  execFile,
  execFileSync,
  execSync,
  fork,
  spawn,
  spawnSync,
} from 'node:child_process'
import cluster from 'node:cluster'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { SHARE_ENV, Worker } from 'node:worker_threads'

const copy = fileURLToPath(new URL('forgotten-copy.cjs', import.meta.url))
const code = readFileSync(copy, 'utf8')
const { LOCAL_URL, PASSWORD, PATH } = process.env
const node = process.execPath
/** An environment of the child's own: nothing of `register` in it. */
const env = { LOCAL_URL, PASSWORD, PATH }
const emptied = { ...process.env, NODE_OPTIONS: '' }
const workerData = { LOCAL_URL, PASSWORD }

const message = (child) =>
  new Promise((resolve, reject) => {
    child.on('message', resolve)
    child.on('error', reject)
    child.on('exit', (exitCode) => resolve(`exit ${exitCode}`))
  })
const printed = (child) =>
  new Promise((resolve, reject) => {
    let output = ''
    child.stdout.on('data', (text) => {
      output += text
    })
    child.on('error', reject)
    child.on('close', () => resolve(output.trim()))
  })

class OwnWorker extends Worker {}

const starts = {
  fork: () => message(fork(copy)),
  'fork with its own env and execArgv': () => message(fork(copy, [], { env, execArgv: [] })),
  'spawn with an emptied NODE_OPTIONS': () => printed(spawn(node, [copy], { env: emptied })),
  'spawn of a script by standard input': () => {
    const child = spawn(node, ['-'], { env })
    child.stdin.end(code)
    return printed(child)
  },
  exec: async () => (await promisify(exec)(`"${node}" "${copy}"`, { env })).stdout.trim(),
  'execFile of a text': async () => (await promisify(execFile)(node, ['-e', code], { env })).stdout.trim(),
  spawnSync: () => String(spawnSync(node, [copy], { env }).stdout).trim(),
  execFileSync: () => String(childProcess.execFileSync(node, [copy], { env: emptied })).trim(),
  'execFileSync without options': () => String(execFileSync(node, [copy])).trim(),
  execSync: () => String(execSync(`"${node}" "${copy}"`, { env })).trim(),
  'a child of a child': () => {
    const text = `require('node:child_process').fork(${JSON.stringify(copy)}, [], { env: process.env, execArgv: [] }).on('message', (end) => console.log(end))`
    return printed(spawn(node, ['-e', text], { env }))
  },
  // Takes the place of its process, which is one of its own here. Not on Windows.
  execve: () => {
    const text = `process.execve(process.execPath, [process.execPath, ${JSON.stringify(copy)}], ${JSON.stringify(env)})`
    return printed(spawn(node, ['--no-warnings', '-e', text], { env }))
  },
  'the test runner of Node': async () =>
    (await promisify(execFile)(node, ['--test', '--test-reporter=tap', copy], { env })).stdout.match(
      /ERR_\w+/,
    )?.[0],
  cluster: () => {
    cluster.setupPrimary({ exec: copy, execArgv: [] })
    return message(cluster.fork({ NODE_OPTIONS: '' }))
  },
  Worker: () => message(new Worker(copy, { workerData })),
  'Worker with its own execArgv': () => message(new Worker(copy, { workerData, execArgv: [] })),
  'Worker with its own env': () => message(new Worker(copy, { workerData, env: {} })),
  'Worker with both': () => message(new Worker(copy, { workerData, env: {}, execArgv: ['--no-warnings'] })),
  'Worker of a text': () => message(new Worker(code, { workerData, eval: true })),
  'Worker of a text with both': () =>
    message(new Worker(code, { workerData, eval: true, env: {}, execArgv: [] })),
  'Worker with a shared env': () => message(new Worker(code, { workerData, eval: true, env: SHARE_ENV })),
  'Worker of a class of its own': () =>
    message(new OwnWorker(code, { workerData, eval: true, execArgv: [] })),
  'Worker of a Worker': () =>
    message(
      new Worker(
        `const { parentPort, Worker, workerData } = require('node:worker_threads')
         new Worker(${JSON.stringify(copy)}, { workerData, env: {}, execArgv: [] }).on('message', (end) => parentPort.postMessage(end))`,
        { workerData, eval: true, execArgv: [] },
      ),
    ),
  'with register taken out of process.env': () => {
    delete process.env.NODE_OPTIONS
    return message(fork(copy, [], { execArgv: [] }))
  },
  'spawnSync with register taken out': () => String(spawnSync(node, [copy]).stdout).trim(),
  'Worker with a shared env, with register taken out': () =>
    message(new Worker(code, { workerData, eval: true, env: SHARE_ENV, execArgv: [] })),
}

const only = process.env.ONLY?.split(',')
const found = {}
for (const [name, start] of Object.entries(starts)) {
  if (only && !only.includes(name)) continue
  try {
    found[name] = await start()
  } catch (error) {
    found[name] = String(error.code ?? error)
  }
}
process.stdout.write(JSON.stringify(found))
process.exit(0)
