import { createSqlAnalyzer } from '@snowfence/sql'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { catalog, makeQuery, nameWith, session } from './query-arbitraries.ts'

const analyzer = await createSqlAnalyzer()
const analyze = (text: string) => analyzer.analyze(text, { catalog, ...session }).summary

test('a query, the same as a derived table, and the same as a common table expression have one lineage', () => {
  fc.assert(
    fc.property(fc.gen(), (value) => {
      const text = makeQuery(value, 2, { next: 0 }).write(nameWith('n'))
      const plain = analyze(text)
      const derived = analyze(`select * from (${text})`)
      const expression = analyze(`with outermost as (${text}) select * from outermost`)
      if (plain.status !== 'analyzed') throw new Error(`${plain.reason.message}: ${text}`)
      for (const wrapped of [derived, expression]) {
        if (wrapped.status !== 'analyzed') throw new Error(`${wrapped.reason.message}: ${text}`)
        expect(wrapped.outputs).toEqual(plain.outputs)
        expect(wrapped.uses).toEqual(plain.uses)
        expect(wrapped.reads).toEqual(plain.reads)
      }
    }),
    { numRuns: 400 },
  )
})
