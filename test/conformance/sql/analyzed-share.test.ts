import { createSqlAnalyzer } from '@snowfence/sql'
import { describe, expect, test } from 'vitest'
import { readCatalog, readVectors, sessionOf, textOf } from './vector.ts'

const analyzer = await createSqlAnalyzer()

describe('queries as agents and analysts write them are analysed and not refused', () => {
  for (const [theme, atLeast] of [
    ['agent-queries', 120],
    ['tpch', 22],
    ['tpcds', 99],
  ] as const)
    test(`at least 99 of 100 in ${theme}`, () => {
      const catalog = readCatalog(theme)
      const vectors = readVectors(theme)
      const refused = vectors.flatMap((vector) => {
        const { summary } = analyzer.analyze(textOf(vector), { catalog, ...sessionOf(vector) })
        return summary.status === 'unsupported' ? [`${vector.id}: ${summary.reason.code}`] : []
      })
      const share = 1 - refused.length / vectors.length
      console.info(
        `${theme}: ${vectors.length - refused.length} of ${vectors.length} analysed (${(100 * share).toFixed(1)} %)`,
      )
      expect(vectors.length).toBeGreaterThanOrEqual(atLeast)
      expect(share, refused.join('\n')).toBeGreaterThanOrEqual(0.99)
    })
})
