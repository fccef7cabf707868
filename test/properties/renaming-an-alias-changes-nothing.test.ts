import { createSqlAnalyzer } from '@snowfence/sql'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { catalog, makeQuery, nameWith, session } from './query-arbitraries.ts'

const analyzer = await createSqlAnalyzer()

test('lineage, uses and reads are the same under any names for relations and columns', () => {
  fc.assert(
    fc.property(fc.gen(), fc.constantFrom('other_', 'Z', 'q$'), (value, prefix) => {
      const query = makeQuery(value, 2, { next: 0 })
      const [first, second] = ['n', prefix].map((names) => {
        const text = query.write(nameWith(names))
        const { summary } = analyzer.analyze(text, { catalog, ...session })
        if (summary.status !== 'analyzed') throw new Error(`${summary.reason.message}: ${text}`)
        const { uses, reads, functions, aggregation } = summary
        return { flows: summary.outputs.map((output) => output.flows), uses, reads, functions, aggregation }
      })
      expect(second).toEqual(first)
    }),
    { numRuns: 400 },
  )
})
