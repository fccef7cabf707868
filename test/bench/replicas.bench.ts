// What a second replica adds on PostgreSQL: records that one and two brokers seal in a second, by the records of a request.
// node --conditions=snowfence-source test/bench/replicas.bench.ts [--json] [--seconds 4] [--batches 1,10,100]
import { parseArgs } from 'node:util'
import { startPostgres } from '../../packages/broker/src/test-support/start-postgres.ts'
import { startTestBroker, TEST_KEY } from '../../packages/broker/src/test-support/start-test-broker.ts'
import { startBrokerProcess } from '../broker-load/broker-process.ts'
import { startTraceLoad } from '../broker-load/trace-load.ts'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '4' },
    batches: { type: 'string', default: '1,10,100' },
    concurrency: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '3' },
  },
})
const seconds = Number(flags.seconds)
const concurrency = Number(flags.concurrency)

const server = await startPostgres()
const databaseUrl = await server.createDatabase('replicas')
const test = await startTestBroker({
  config: { databaseUrl, encryptionKey: TEST_KEY, publicUrl: 'https://broker.example' },
})
const replicas = [await startBrokerProcess(test.config), await startBrokerProcess(test.config)]
const session = await test.openSession('agent')

/** Records sealed in a second by so many replicas, which share the requests. */
const measure = async (count: number, batch: number): Promise<number> => {
  let records = 0
  const loads = replicas.slice(0, count).map(({ url }) =>
    startTraceLoad({ url, session, batch, concurrency: concurrency / count }, ({ status, spanIds }) => {
      if (status !== 200) throw new Error(`a request was answered with ${status}`)
      records += spanIds.length
    }),
  )
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const [begun, before] = [performance.now(), records]
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  const perSecond = (records - before) / ((performance.now() - begun) / 1000)
  await Promise.all(loads.map((load) => load.stop()))
  return perSecond
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[values.length >> 1] ?? Number.NaN

for (const batch of flags.batches.split(',').map(Number)) {
  const [one, two]: [number[], number[]] = [[], []]
  // In turns, so that the growth of the tables and other work on the machine weigh on both alike.
  for (let round = 0; round < Number(flags.rounds); round += 1) {
    one.push(await measure(1, batch))
    two.push(await measure(2, batch))
  }
  const row = {
    batch,
    one: Math.round(median(one)),
    two: Math.round(median(two)),
    ratio: median(two) / median(one),
  }
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(row)}\n`
      : `${String(batch).padStart(4)} records a request: one replica ${row.one}/s, two ${row.two}/s (${row.ratio.toFixed(2)})\n`,
  )
}
await Promise.all(replicas.map((replica) => replica.kill()))
await test.close()
await server.close()
