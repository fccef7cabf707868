import { randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { startPostgres } from '../../packages/broker/src/test-support/start-postgres.ts'
import { startTestBroker, TEST_KEY } from '../../packages/broker/src/test-support/start-test-broker.ts'
import { openSession, readTrail, send } from '../broker-load/broker-client.ts'
import { startBrokerProcess } from '../broker-load/broker-process.ts'
import { startTraceLoad } from '../broker-load/trace-load.ts'

export interface KillRound {
  readonly killed: 'broker' | 'database' | 'both'
  /** From the kill to the first session that was opened again. */
  readonly milliseconds: number
}

export interface KillReport {
  readonly rounds: readonly KillRound[]
  /** Records that the broker acknowledged. */
  readonly acknowledged: number
  /** Of those, the ones that are not in the trail. */
  readonly lost: number
  /** Records that are in the trail more than once. */
  readonly doubled: number
  readonly problems: readonly unknown[]
  /** HTTP statuses that senders saw; 0 is a connection that broke. */
  readonly statuses: ReadonlySet<number>
}

const victims = ['broker', 'database', 'both'] as const

/** Kills a broker, its PostgreSQL, or both with SIGKILL under load, again and again, and compares the trail with the acknowledgements. */
export const runKillRounds = async (
  count: number,
  onRound: (round: KillRound) => void = () => undefined,
  from: 'source' | 'build' = 'source',
): Promise<KillReport> => {
  const server = await startPostgres()
  const test = await startTestBroker()
  const { dataDir: _, ...given } = test.config
  const config = { ...given, databaseUrl: await server.createDatabase('killed'), encryptionKey: TEST_KEY }
  const tokens = { agent: await test.issuer.token('agent'), auditor: await test.issuer.token('auditor') }
  const rounds: KillRound[] = []
  const acknowledged: string[] = []
  const statuses = new Set<number>()
  let broker = await startBrokerProcess(config, from)
  try {
    const { body: session } = await openSession(broker.url, tokens.agent)
    for (let round = 0; round < count; round += 1) {
      const killed = victims[round % victims.length] ?? 'both'
      const load = startTraceLoad(
        { url: broker.url, session, batch: 3, concurrency: 8 },
        ({ status, spanIds }) => {
          statuses.add(status)
          if (status === 200) acknowledged.push(...spanIds)
        },
      )
      const before = acknowledged.length
      while (acknowledged.length === before) await pause(10)
      await pause(randomInt(20, 500))
      const begun = performance.now()
      const parts = { broker: killed !== 'database', database: killed !== 'broker' }
      await Promise.all([
        parts.broker ? broker.kill() : undefined,
        parts.database ? server.stop('crash') : undefined,
      ])
      if (parts.database) await server.start()
      if (parts.broker) {
        await load.stop()
        broker = await startBrokerProcess(config, from)
      }
      const isServing = async (): Promise<boolean> =>
        (await send(broker.url, 'GET', '/readyz', null)).status === 200 &&
        (await openSession(broker.url, tokens.agent)).status === 201
      while (!(await isServing())) await pause(20)
      rounds.push({ killed, milliseconds: performance.now() - begun })
      await load.stop()
      if (!broker.isRunning()) throw new Error('the broker ended by itself')
      onRound(rounds.at(-1) as KillRound)
    }
    const { report, spanIds } = await readTrail(broker.url, tokens.auditor)
    const kept = new Set(spanIds)
    return {
      rounds,
      acknowledged: acknowledged.length,
      lost: acknowledged.filter((spanId) => !kept.has(spanId)).length,
      doubled: spanIds.length - kept.size,
      problems: report.problems,
      statuses,
    }
  } finally {
    await broker.kill()
    await test.close()
    await server.close()
  }
}
