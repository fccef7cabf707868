import { expect, test } from 'vitest'
import { fuzzAnalyzer } from './fuzz-analyzer.ts'

test('every mutation of the corpus is analysed or refused, and nothing of it survives redaction', async () => {
  const { done, analyzed, findings } = await fuzzAnalyzer({ count: 3_000, seed: 20_261_123 })
  expect(done).toBe(3_000)
  // Mutations that are all refused would not reach the resolver.
  expect(analyzed).toBeGreaterThan(100)
  expect(findings).toEqual([])
}, 60_000)
