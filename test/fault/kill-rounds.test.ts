import { expect, it } from 'vitest'
import { runKillRounds } from './kill-rounds.ts'

// The long form: node --conditions=snowfence-source test/fault/kill-rounds.ts --rounds 100
it('a broker that is killed again and again keeps every record that it acknowledged', async () => {
  const figures = await runKillRounds(3)
  expect(figures).toMatchObject({ rounds: 3, lost: 0, proved: true, problems: 0 })
  expect(figures.acknowledged).toBeGreaterThan(24)
}, 300_000)
