// Governed against raw driver, in the same run: npm run bench [-- --json] [-- --only TEXT]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import type { Measurement } from './measure.ts'
import { GOAL_MISSED } from './print-figure.ts'
import { type Comparison, comparisons } from './scenarios.ts'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (flags.help) {
  process.stdout.write(
    'npm run bench              a table\nnpm run bench -- --json    one object per line\nnpm run bench -- --only X  only comparisons whose name has X in it; or one of sql, policy, masking\n',
  )
  process.exit(0)
}

const say = (text: string) => process.stderr.write(`${text}\n`)
const script = (name: string) => path.join(import.meta.dirname, name)
/** What is measured is what is shipped: the built packages, not their sources. */
const nodeArguments = ['--expose-gc', '--max-old-space-size=8192', '--disable-warning=ExperimentalWarning']

/** Starts a helper process and reads the one line that it prints when it is ready. */
const start = async (name: string, ...args: string[]) => {
  const child = spawn(process.execPath, [...nodeArguments, script(name), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => {
      throw new Error(`${name} ended before it was ready`)
    }),
  ])) as [string]
  const stop = async () => {
    child.stdin.end()
    if (child.exitCode === null) await once(child, 'exit')
  }
  return { ready: JSON.parse(line) as Record<string, string>, stop }
}

const runCase = async (input: Record<string, unknown>): Promise<Measurement> => {
  const child = spawn(process.execPath, [...nodeArguments, script('bench-case.ts'), JSON.stringify(input)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  const [status] = (await once(child, 'close')) as [number]
  if (status !== 0) throw new Error(`a measurement ended with ${status}`)
  return JSON.parse(output) as Measurement
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[values.length >> 1] ?? Number.NaN

/** The middle of several runs; for heap the middle as well, since one sample says little. */
const middle = (measurements: Measurement[], figure: keyof Omit<Measurement, 'heapByMillion'>): number =>
  median(measurements.map((measurement) => measurement[figure]))

const compare = async (comparison: Comparison, warehouse: string) => {
  const broker = await start('bench-broker.ts', comparison.policy)
  const common = {
    scenario: comparison.scenario,
    warehouse,
    broker: broker.ready.url,
    token: broker.ready.token,
  }
  const raw: Measurement[] = []
  const governed: Measurement[] = []
  try {
    for (let repeat = 0; repeat < comparison.repeats; repeat += 1) {
      raw.push(await runCase({ ...common, subject: 'raw', fastPath: true }))
      governed.push(await runCase({ ...common, subject: 'governed', fastPath: comparison.fastPath }))
    }
  } finally {
    await broker.stop()
  }
  return comparison.goals.map(({ figure, as, goal }) => {
    const left = middle(raw, figure)
    const right = middle(governed, figure)
    const value = as === 'ratio' ? right / left : as === 'difference' ? right - left : growth(governed)
    const isBetterHigh = figure === 'perSecond'
    const told = (measurements: Measurement[]): Record<string, unknown> => {
      const heapByMillion = measurements[0]?.heapByMillion ?? []
      return {
        [figure]: middle(measurements, figure),
        ...(figure === 'milliseconds' ? { cpuMilliseconds: middle(measurements, 'cpuMilliseconds') } : {}),
        ...(heapByMillion.length > 1 ? { peakHeapMegabytes: Math.max(...heapByMillion), heapByMillion } : {}),
      }
    }
    return {
      name: comparison.name,
      figure,
      raw: told(raw),
      governed: told(governed),
      [as]: value,
      as,
      value,
      goal,
      met: isBetterHigh ? value >= goal : value <= goal,
    }
  })
}

/** Whether memory grows with the rows: the middle peak of the later half of the millions by that of the first half. */
const growth = ([measurement]: Measurement[]): number => {
  const peaks = measurement?.heapByMillion ?? []
  const half = peaks.length >> 1
  return median(peaks.slice(half)) / median(peaks.slice(0, half))
}

/** Runs a measurement of one part by itself, which prints in the same two forms. Tells whether it met its goals. */
const runPart = async (name: string): Promise<boolean> => {
  const child = spawn(
    process.execPath,
    [...nodeArguments, script(`${name}.bench.ts`), ...(flags.json ? ['--json'] : [])],
    { stdio: 'inherit' },
  )
  const [status] = (await once(child, 'close')) as [number]
  if (status !== 0 && status !== GOAL_MISSED)
    throw new Error(`the measurement of ${name} ended with ${status}`)
  return status === 0
}

const warehouse = await start('bench-warehouse.ts')
const round = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(0))
let missed = 0
try {
  for (const comparison of comparisons.filter(({ name }) => !flags.only || name.includes(flags.only))) {
    if (!flags.json) say(`… ${comparison.name}`)
    for (const row of await compare(comparison, warehouse.ready.url ?? '')) {
      if (!row.met) missed += 1
      if (flags.json) {
        process.stdout.write(`${JSON.stringify(row)}\n`)
        continue
      }
      const { figure } = row
      const figures = `${round(Number(row.raw[figure]))} -> ${round(Number(row.governed[figure]))}`
      const outcome =
        row.as === 'difference' ? `added ${round(row.value)} ms` : `${row.as} ${round(row.value)}`
      const cpu =
        row.figure === 'milliseconds'
          ? `  cpu ${round(Number(row.raw.cpuMilliseconds))} -> ${round(Number(row.governed.cpuMilliseconds))}`
          : ''
      process.stdout.write(
        `${row.met ? 'met   ' : 'missed'}  ${outcome.padEnd(16)} goal ${String(row.goal).padEnd(5)} ${figure.padEnd(18)} ${figures.padEnd(20)} ${row.name}${cpu}\n`,
      )
    }
  }
} finally {
  await warehouse.stop()
}
for (const part of ['sql', 'policy', 'masking']) {
  if (flags.only && !part.includes(flags.only)) continue
  if (!flags.json) say(`… ${part} alone`)
  if (!(await runPart(part))) missed += 1
}
if (!flags.json)
  say(missed === 0 ? 'every goal met' : 'there are missed goals: see the lines that begin with `missed`')
