// Kill rounds by hand, because their length depends on the machine's pace:
// node --conditions=snowfence-source test/fault/sdk-kill-rounds.main.ts [rounds]
import { runKillRounds } from './sdk-kill-rounds.ts'

const report = await runKillRounds(Number(process.argv[2] ?? 100))
console.log(report)
const { completed, lost, twice, dead, unexplained, inDoubt, foundToHaveRun, foundNotToHaveRun } = report
// The warehouse's own history says of each write in doubt that it ran, or that it was never sent.
const isWell =
  completed > 0 && lost + twice + dead + unexplained === 0 && foundToHaveRun + foundNotToHaveRun === inDoubt
process.exitCode = isWell ? 0 : 1
