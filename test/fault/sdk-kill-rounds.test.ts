import { expect, test } from 'vitest'
import { runKillRounds } from './sdk-kill-rounds.ts'

test('killed again and again, broker and agents lose nothing that was acknowledged, and leave no connection dead', async () => {
  const report = await runKillRounds(3)
  expect(report).toMatchObject({ lost: 0, twice: 0, dead: 0, unexplained: 0 })
  expect(report.completed).toBeGreaterThan(0)
  // Whatever no agent was told is found in the warehouse's own history, or was never sent.
  expect(report.foundToHaveRun + report.foundNotToHaveRun).toBe(report.inDoubt)
}, 600_000)
