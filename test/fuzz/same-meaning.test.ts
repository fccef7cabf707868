import { expect, test } from 'vitest'
import { searchMeanings } from './same-meaning.ts'

test('a statement that is written another way is analysed alike, or refused', async () => {
  const figures = await searchMeanings({ count: 2_000, seed: 20_261_201 })
  // Statements that are all refused would show nothing.
  expect(figures.analyzed).toBeGreaterThan(200)
  expect(figures.compared - figures.refused).toBeGreaterThan(1_000)
  expect(figures.findings).toEqual([])
}, 120_000)
