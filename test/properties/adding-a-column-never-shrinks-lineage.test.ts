import { type AnalyzedStatement, usePlaces } from '@snowfence/core'
import { createSqlAnalyzer } from '@snowfence/sql'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { catalog, makeQuery, nameWith, session } from './query-arbitraries.ts'

const analyzer = await createSqlAnalyzer()
const analyze = (text: string): AnalyzedStatement => {
  const { summary } = analyzer.analyze(text, { catalog, ...session })
  if (summary.status !== 'analyzed') throw new Error(`${summary.reason.message}: ${text}`)
  return summary
}

const expectAll = (larger: readonly string[], smaller: readonly string[]) => {
  expect(larger).toEqual(expect.arrayContaining([...smaller]))
}

test('one more column in a select list takes nothing from the lineage, the uses or the reads of the rest', () => {
  fc.assert(
    fc.property(
      fc.gen(),
      fc.constantFrom('n.ssn', 'n.city || n.ssn', 'count(*) over (order by n.ssn)'),
      (value, more) => {
        const inner = makeQuery(value, 1, { next: 0 })
        const from = `from (${inner.write(nameWith('n'))}) m join patients n on n.city = m.n${inner.outputs[0]}`
        const before = analyze(`select m.* ${from}`)
        const after = analyze(`select m.*, ${more} as added ${from}`)
        for (const [index, output] of before.outputs.entries()) {
          expectAll(after.outputs[index]?.columns ?? [], output.columns)
        }
        for (const place of usePlaces) expectAll(after.uses[place], before.uses[place])
        for (const { table, columns } of before.reads) {
          expectAll(after.reads.find((read) => read.table === table)?.columns ?? [], columns)
        }
        expect(after.outputs.at(-1)?.columns).toContain('CLINIC.PUBLIC.PATIENTS.SSN')
      },
    ),
    { numRuns: 300 },
  )
})
