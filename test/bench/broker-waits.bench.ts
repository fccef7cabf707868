// What waiting costs the broker: memory, latency of /healthz, and how soon those who wait are told.
// node --conditions=snowfence-source test/bench/broker-waits.bench.ts [--json] [--database pglite|postgres] [--waiters 2000] [--requests 2000]
//   [--sessions 10000] [--renewals 100000] [--only idle|waiters|sessions|renewals]
import { Agent, type IncomingMessage, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Approval, Session } from '@snowfence/core'
import { startOidcIssuer } from '../../packages/broker/src/test-support/start-oidc-issuer.ts'
import { startPostgres } from '../../packages/broker/src/test-support/start-postgres.ts'
import { startTestBroker, TEST_KEY } from '../../packages/broker/src/test-support/start-test-broker.ts'
import { askApproval, decide, openSession } from '../broker-load/broker-client.ts'
import { type BrokerProcess, startBrokerProcess } from '../broker-load/broker-process.ts'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    database: { type: 'string', default: 'pglite' },
    waiters: { type: 'string', default: '2000' },
    requests: { type: 'string', default: '2000' },
    sessions: { type: 'string', default: '10000' },
    renewals: { type: 'string', default: '100000' },
    only: { type: 'string' },
  },
})
const AUDIENCE = 'https://broker.test'
const TOKEN_SECONDS = 86_000

const isPostgres = flags.database === 'postgres'
const server = isPostgres ? await startPostgres() : null
const test = await startTestBroker()
const issuer = await startOidcIssuer({
  audience: AUDIENCE,
  tokenSeconds: TOKEN_SECONDS,
  clients: [
    { id: 'agent', groups: ['clinic-agents'] },
    { id: 'reviewer', groups: ['privacy-office'] },
  ],
})
const tokens = { agent: await issuer.token('agent'), reviewer: await issuer.token('reviewer') }

const print = (figure: string, value: number, unit: string, goal: number | null = null): void => {
  const row = { database: flags.database, figure, value: Math.round(value * 100) / 100, unit, goal }
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(row)}\n`
      : `${String(flags.database).padEnd(9)} ${figure.padEnd(58)} ${row.value} ${unit}${goal === null ? '' : ` (goal: at most ${goal})`}\n`,
  )
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((left, right) => left - right)[
    Math.min(values.length - 1, Math.floor(values.length * share))
  ] ?? Number.NaN

let databases = 0
const locate = async (again: boolean): Promise<string> => {
  const name = `load_${databases}`
  return again ? (server?.addressOf(name) ?? '') : ((await server?.createDatabase(name)) ?? '')
}
/** A broker on a database of its own, or again on the last one. */
const startBroker = async (again = false): Promise<BrokerProcess> => {
  if (!again) databases += 1
  const { dataDir: _, ...config } = test.config
  return startBrokerProcess(
    {
      ...config,
      issuers: [{ issuer: issuer.url, audience: AUDIENCE }],
      session: { ttlSeconds: 86_400, maxPendingApprovals: 1_000_000 },
      limits: {
        sessionsPerMinute: 1_000_000,
        requestsPerMinute: 10_000_000,
        // All clients of this measurement come from one address, at one moment.
        unprovenConnectionsPerAddress: 16_384,
      },
      ...(server === null
        ? { dataDir: `${test.directory}/load-${databases}` }
        : { databaseUrl: await locate(again) }),
      encryptionKey: TEST_KEY,
    },
    'build',
  )
}

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })
const get = (url: string, token: string | null): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` }
    request(url, { agent, headers }, resolve).once('error', reject).end()
  })
const readAll = async (response: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of response) text += chunk
  return text
}

/** Runs a piece of work for each index, so many at once. */
const inParallel = async <T>(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<T>,
): Promise<T[]> => {
  const results: T[] = []
  let next = 0
  const run = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) results[index] = await work(index)
  }
  await Promise.all(Array.from({ length: atOnce }, run))
  return results
}

const healthLatency = async ({ url }: BrokerProcess): Promise<number[]> => {
  const times: number[] = []
  for (let count = 0; count < 300; count += 1) {
    const begun = performance.now()
    await readAll(await get(`${url}/healthz`, null))
    times.push(performance.now() - begun)
    await pause(5)
  }
  return times
}

const sessionOf = async ({ url }: BrokerProcess): Promise<Session> => {
  const { status, body } = await openSession(url, tokens.agent)
  if (status !== 201) throw new Error(`a session was answered with ${status}: ${JSON.stringify(body)}`)
  return body
}

/** After a load the memory of a process falls for a while: the level that it comes to. */
const settledMegabytes = async (broker: BrokerProcess): Promise<number> => {
  await pause(5000)
  return broker.residentMegabytes()
}

const measureIdle = async (): Promise<void> => {
  const goal = isPostgres ? null : 300
  const first = await startBroker()
  print('resident memory of an idle broker, first start', await settledMegabytes(first), 'MB', goal)
  await first.kill()
  const broker = await startBroker(true)
  print('resident memory of an idle broker, later starts', await settledMegabytes(broker), 'MB', goal)
  await broker.kill()
}

const measureWaiters = async (): Promise<void> => {
  const waiters = Number(flags.waiters)
  const broker = await startBroker()
  const session = await sessionOf(broker)
  const requests = Number(flags.requests)
  const approvals = await inParallel(requests, 16, async () => (await askApproval(broker.url, session)).body)
  const idle = await settledMegabytes(broker)
  const before = await healthLatency(broker)
  print('/healthz idle, p50', percentile(before, 0.5), 'ms')
  print('/healthz idle, p99', percentile(before, 0.99), 'ms')

  /** Waits at most a minute at a time, as often as it takes. */
  const wait = async (approval: Approval): Promise<number> => {
    for (;;) {
      const path = `/v1/approvals/${approval.id}?wait=60`
      const body = await readAll(await get(`${broker.url}${path}`, session.sessionToken))
      if ((JSON.parse(body) as Approval).state !== 'pending') return performance.now()
    }
  }
  const told = Array.from({ length: waiters }, (_, index) => wait(approvals[index % requests] as Approval))
  await pause(3000)
  const during = await healthLatency(broker)
  print(`/healthz with ${waiters} waiters, p50`, percentile(during, 0.5), 'ms')
  print(`/healthz with ${waiters} waiters, p99`, percentile(during, 0.99), 'ms')
  print(`memory of ${waiters} waiters beyond idle`, (await broker.residentMegabytes()) - idle, 'MB', 256)

  const delays = await inParallel(approvals.length, 1, async (index): Promise<number[]> => {
    const answer = await decide(broker.url, tokens.reviewer, approvals[index] as Approval)
    if (answer.status !== 200) throw new Error(`a decision was answered with ${answer.status}`)
    const decided = performance.now()
    const waiting = told.filter((_, waiter) => waiter % requests === index)
    return (await Promise.all(waiting)).map((at) => Math.max(0, at - decided))
  })
  print('told after the decision is answered, p50', percentile(delays.flat(), 0.5), 'ms')
  print('told after the decision is answered, p99', percentile(delays.flat(), 0.99), 'ms', 300)

  const one = (await askApproval(broker.url, session)).body
  const allTold = Array.from({ length: waiters }, () => wait(one))
  await pause(3000)
  await decide(broker.url, tokens.reviewer, one)
  const decided = performance.now()
  const all = (await Promise.all(allTold)).map((at) => Math.max(0, at - decided))
  print(`${waiters} that wait for one decision, told p50`, percentile(all, 0.5), 'ms')
  print(`${waiters} that wait for one decision, told p99`, percentile(all, 0.99), 'ms', 300)
  await broker.kill()
}

const measureSessions = async (): Promise<void> => {
  const count = Number(flags.sessions)
  const broker = await startBroker()
  await sessionOf(broker)
  const idle = await settledMegabytes(broker)
  const sessions = await inParallel(count, 16, () => sessionOf(broker))
  print(`memory of ${count} sessions beyond idle`, (await settledMegabytes(broker)) - idle, 'MB', 300)
  const streams = await inParallel(count, 64, async (index) => {
    const { sessionId, sessionToken } = sessions[index] as Session
    const response = await get(`${broker.url}/v1/sessions/${sessionId}/events`, sessionToken)
    if (response.statusCode !== 200) throw new Error(`a stream was answered with ${response.statusCode}`)
    return response
  })
  print(
    `memory of ${count} sessions with event streams beyond idle`,
    (await settledMegabytes(broker)) - idle,
    'MB',
    300,
  )
  for (const stream of streams) stream.destroy()
  await broker.kill()
}

const measureRenewals = async (): Promise<void> => {
  const renewals = Number(flags.renewals)
  const sessionCount = 320
  const secondsBetween = 240
  const broker = await startBroker()
  const sessions = await inParallel(sessionCount, 16, () => sessionOf(broker))
  const levels: number[] = []
  const rounds = Math.ceil(renewals / sessionCount)
  for (let round = 0; round < rounds; round += 1) {
    broker.setAhead(round * secondsBetween * 1000)
    await inParallel(sessionCount, 16, async (index) => {
      const { sessionId, sessionToken } = sessions[index] as Session
      const response = await fetch(`${broker.url}/v1/sessions/${sessionId}/renew`, {
        method: 'POST',
        headers: { authorization: `Bearer ${sessionToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ identityToken: tokens.agent }),
      })
      await response.text()
      if (response.status !== 200) throw new Error(`a renewal was answered with ${response.status}`)
    })
    if ((round + 1) % Math.ceil(rounds / 10) === 0) {
      levels.push(await broker.residentMegabytes())
      print(`memory after ${(round + 1) * sessionCount} renewals`, levels.at(-1) ?? 0, 'MB')
    }
  }
  await broker.kill()
}

const parts = {
  idle: measureIdle,
  waiters: measureWaiters,
  sessions: measureSessions,
  renewals: measureRenewals,
}
for (const [name, measure] of Object.entries(parts)) {
  if (flags.only === undefined || flags.only === name) await measure()
}
agent.destroy()
await issuer.close()
await test.close()
await server?.close()
process.exit(0)
