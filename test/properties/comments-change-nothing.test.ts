import { createSqlAnalyzer } from '@snowfence/sql'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { catalog, makeQuery, nameWith, session } from './query-arbitraries.ts'

const analyzer = await createSqlAnalyzer()

const comments = ['/* x */', '/* , ssn from patients */', "-- ' \n", '// /* \n', '/* \n -- */', '\n', '\t']

test('comments between the words of a query are not sent and change no lineage', () => {
  fc.assert(
    fc.property(fc.gen(), (value) => {
      const text = makeQuery(value, 1, { next: 0 }).write(nameWith('n'))
      const commented = text
        .split(' ')
        .map((word) => word + (value(fc.boolean) ? ` ${value(fc.constantFrom, ...comments)} ` : ' '))
        .join('')
      const plain = analyzer.analyze(text, { catalog, ...session }).summary
      const { summary, executableText } = analyzer.analyze(commented, { catalog, ...session })
      if (plain.status !== 'analyzed' || summary.status !== 'analyzed') throw new Error(commented)
      expect(summary.outputs).toEqual(plain.outputs)
      expect(summary.uses).toEqual(plain.uses)
      expect(summary.fingerprint).toBe(plain.fingerprint)
      expect(executableText).not.toMatch(/--|\/\/|\/\*/)
    }),
    { numRuns: 200 },
  )
})
