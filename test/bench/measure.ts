import type { Connection } from 'snowflake-sdk'
import type { Scenario } from './scenarios.ts'

export interface Measurement {
  readonly milliseconds: number
  /** User and system time of every thread of the process. It tells more than the clock on a machine that does other work. */
  readonly cpuMilliseconds: number
  readonly peakHeapMegabytes: number
  readonly medianMilliseconds: number
  readonly perSecond: number
  /** Peak heap after each million of streamed rows. */
  readonly heapByMillion: readonly number[]
}

export interface Subject {
  /** Loads the library and opens a connection. */
  connect(): Promise<Connection>
}

const executeCollected = (connection: Connection, sqlText: string): Promise<unknown[]> =>
  new Promise((resolve, reject) => {
    connection.execute({
      sqlText,
      complete: (error, _statement, rows) => (error ? reject(error) : resolve(rows ?? [])),
    })
  })

const executeStreamed = (connection: Connection, sqlText: string, onRow: () => void): Promise<void> =>
  new Promise((resolve, reject) => {
    connection.execute({
      sqlText,
      streamResult: true,
      complete: (error, statement) => {
        if (error) return reject(error)
        statement.streamRows().on('data', onRow).on('error', reject).on('end', resolve)
      },
    })
  })

const median = (values: number[]): number =>
  values.sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0

/** Runs a scenario once. Times are wall clock; heap is `heapUsed`, sampled every 5,000 rows and every 10 ms. */
export const measure = async (subject: Subject, scenario: Scenario): Promise<Measurement> => {
  let peakHeap = 0
  const heapByMillion: number[] = []
  const sample = () => {
    peakHeap = Math.max(peakHeap, process.memoryUsage().heapUsed)
  }
  const durations: number[] = []
  let count = 0
  const fromStart = performance.now()
  const connection = await subject.connect()
  if (scenario.kind !== 'first-connection') {
    for (let warm = 0; warm < 20; warm += 1) await executeCollected(connection, 'select 1')
  }
  globalThis.gc?.()
  const timer = setInterval(sample, 10)
  const start = scenario.kind === 'first-connection' ? fromStart : performance.now()
  const cpuAtStart = process.cpuUsage()
  const cpuMilliseconds = () => {
    const { user, system } = process.cpuUsage(cpuAtStart)
    return (user + system) / 1000
  }
  switch (scenario.kind) {
    case 'stream': {
      await executeStreamed(connection, scenario.sql, () => {
        count += 1
        if (count % 5000 === 0) sample()
        if (count % 1_000_000 === 0) {
          heapByMillion.push(Math.round(peakHeap / 1e6))
          peakHeap = scenario.rows > 1_000_000 ? 0 : peakHeap
        }
      })
      break
    }
    case 'collect': {
      count = (await executeCollected(connection, scenario.sql)).length
      sample()
      break
    }
    case 'repeat': {
      for (; count < scenario.times; count += 1) {
        const before = performance.now()
        await executeCollected(connection, scenario.sql)
        durations.push(performance.now() - before)
      }
      break
    }
    case 'concurrent': {
      const others = await Promise.all(
        Array.from({ length: scenario.connections - 1 }, () => subject.connect()),
      )
      const connections = [connection, ...others]
      for (const each of connections) await executeCollected(each, scenario.sql)
      for (let round = 0; round < scenario.rounds; round += 1) {
        const before = performance.now()
        await Promise.all(
          Array.from({ length: scenario.statements }, (_, index) =>
            executeCollected(connections[index % connections.length] as Connection, scenario.sql),
          ),
        )
        durations.push(performance.now() - before)
      }
      count = scenario.statements
      break
    }
    case 'first-connection':
      break
    default:
      scenario satisfies never
  }
  const elapsed = performance.now() - start
  const milliseconds = scenario.kind === 'concurrent' ? median(durations) : elapsed
  clearInterval(timer)
  if ((scenario.kind === 'stream' || scenario.kind === 'collect') && count !== scenario.rows) {
    throw new Error(`expected ${scenario.rows} rows, got ${count}`)
  }
  return {
    milliseconds,
    cpuMilliseconds: cpuMilliseconds(),
    peakHeapMegabytes: peakHeap / 1e6,
    medianMilliseconds: median(durations),
    perSecond: count / (milliseconds / 1000),
    heapByMillion,
  }
}
