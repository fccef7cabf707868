// Kill rounds by hand: node --conditions=snowfence-source test/fault/database-kill-rounds.main.ts [rounds]
import { runKillRounds } from './database-kill-rounds.ts'

const count = Number(process.argv[2] ?? 100)
const report = await runKillRounds(count, ({ killed, milliseconds }) => {
  process.stdout.write(`killed ${killed.padEnd(8)} back after ${Math.round(milliseconds)} ms\n`)
})
const times = report.rounds.map(({ milliseconds }) => milliseconds).toSorted((left, right) => left - right)
process.stdout.write(
  `${report.rounds.length} rounds, ${report.acknowledged} records acknowledged, ${report.lost} lost, ${report.doubled} doubled, ` +
    `${report.problems.length} problems; back after ${Math.round(times[times.length >> 1] ?? 0)} ms (middle), ${Math.round(times.at(-1) ?? 0)} ms (longest)\n`,
)
process.exitCode = report.lost + report.doubled + report.problems.length === 0 ? 0 : 1
