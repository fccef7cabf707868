// Kill rounds by hand: node --conditions=snowfence-source test/fault/database-kill-rounds.main.ts [--rounds 100] [--built]
import { parseArgs } from 'node:util'
import { runKillRounds } from './database-kill-rounds.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '100' }, built: { type: 'boolean', default: false } },
})
const report = await runKillRounds(
  Number(values.rounds),
  ({ killed, milliseconds }) =>
    process.stdout.write(`killed ${killed.padEnd(8)} back after ${Math.round(milliseconds)} ms\n`),
  values.built ? 'build' : 'source',
)
const times = report.rounds.map(({ milliseconds }) => milliseconds).toSorted((left, right) => left - right)
process.stdout.write(
  `${report.rounds.length} rounds, ${report.acknowledged} records acknowledged, ${report.lost} lost, ${report.doubled} doubled, ` +
    `${report.problems.length} problems; back after ${Math.round(times[times.length >> 1] ?? 0)} ms (middle), ${Math.round(times.at(-1) ?? 0)} ms (longest)\n`,
)
process.exitCode = report.lost + report.doubled + report.problems.length === 0 ? 0 : 1
