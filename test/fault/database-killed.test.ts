import { expect, it } from 'vitest'
import { runKillRounds } from './database-kill-rounds.ts'

it('a broker and its PostgreSQL that are killed under load lose no record that was acknowledged', async () => {
  const report = await runKillRounds(3)
  expect(report.rounds.map(({ killed }) => killed)).toEqual(['broker', 'database', 'both'])
  expect(report).toMatchObject({ lost: 0, doubled: 0, problems: [] })
  expect(report.acknowledged).toBeGreaterThan(0)
  expect([...report.statuses].filter((status) => ![0, 200, 503].includes(status))).toEqual([])
}, 240_000)
