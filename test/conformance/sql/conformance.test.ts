import { createSqlAnalyzer } from '@snowfence/sql'
import { describe, expect, test } from 'vitest'
import { findDisagreements } from './disagreements.ts'
import { listThemes, readCatalog, readVectors, sessionOf, textOf } from './vector.ts'

const analyzer = await createSqlAnalyzer()

test('vector ids are unique over all themes', () => {
  const ids = listThemes().flatMap((theme) => readVectors(theme).map((vector) => vector.id))
  expect(ids.length).toBeGreaterThan(1_000)
  expect(new Set(ids).size).toBe(ids.length)
})

for (const theme of listThemes())
  describe(theme, () => {
    const catalog = readCatalog(theme)
    for (const vector of readVectors(theme))
      test(`${vector.id}: ${vector.about}`, () => {
        const { summary } = analyzer.analyze(textOf(vector), { catalog, ...sessionOf(vector) })
        expect(findDisagreements(summary, vector.expect)).toEqual([])
      })
  })
