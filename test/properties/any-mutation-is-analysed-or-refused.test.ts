import { createSqlAnalyzer, refusalReasons } from '@snowfence/sql'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { listThemes, readCatalog, readVectors, textOf } from '../conformance/sql/vector.ts'

const analyzer = await createSqlAnalyzer()
const catalog = readCatalog('agent-queries')
const texts = listThemes()
  .flatMap(readVectors)
  .map(textOf)
  .filter((text) => text.length < 2_000)

const insertions = [
  'select',
  ' from ',
  ' where ',
  '(',
  ')',
  ',',
  '.',
  '*',
  '::',
  ':',
  ' as ',
  'ssn',
  ' patients ',
  ' join ',
  ' union ',
  "'",
  '"',
  '$1',
  '?',
  '--',
  '/*',
  '*/',
  '//',
  ';',
  '@st',
  '||',
  ' case ',
  ' when ',
  ' end ',
  ' over ',
  ' with ',
  ' lateral ',
  '=>',
  '->',
  '[',
  ']',
  '{',
  '}',
  '\\',
  '\r',
  '\n',
  '$$',
  '`',
  '#',
  '\0',
  '\u200b',
  '😀',
  '\ud800',
  ' qualify ',
  ' pivot ',
  'identifier(',
]

/** Cuts, doubles, inserts and splices, a few times. */
const mutations = fc.tuple(
  fc.constantFrom(...texts),
  fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat(12),
      kind: fc.constantFrom('cut', 'double', 'insert', 'splice'),
      insertion: fc.constantFrom(...insertions),
      other: fc.constantFrom(...texts),
    }),
    { minLength: 1, maxLength: 3 },
  ),
)

const mutate = ([text, changes]: typeof mutations extends fc.Arbitrary<infer Value>
  ? Value
  : never): string =>
  changes.reduce((mutated, { at, length, kind, insertion, other }) => {
    const from = Math.floor(at * mutated.length)
    const before = mutated.slice(0, from)
    const part = mutated.slice(from, from + length)
    switch (kind) {
      case 'cut':
        return before + mutated.slice(from + length)
      case 'double':
        return before + part + mutated.slice(from)
      case 'insert':
        return before + insertion + mutated.slice(from)
      default:
        return before + other.slice(from, from + length * 3) + mutated.slice(from + length)
    }
  }, text)

test('every mutation of a text is analysed or refused for a reason of the list, and never by a fault of ours', () => {
  fc.assert(
    fc.property(mutations, (mutation) => {
      const text = mutate(mutation)
      const { summary, executableText } = analyzer.analyze(text, {
        catalog,
        database: 'CLINIC',
        schema: 'PUBLIC',
      })
      if (summary.status === 'analyzed') {
        expect(executableText).toHaveLength(text.length)
        return
      }
      expect(Object.keys(refusalReasons)).toContain(summary.reason.code)
      expect(['analysis-failed', 'parser-failed']).not.toContain(summary.reason.code)
      expect(summary.reason.line).toBeGreaterThanOrEqual(1)
      expect(summary.reason.column).toBeGreaterThanOrEqual(1)
    }),
    { numRuns: 4_000 },
  )
})

test('any characters at all are analysed or refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const { summary } = analyzer.analyze(text, { catalog, database: 'CLINIC', schema: 'PUBLIC' })
      expect(['analyzed', 'unsupported']).toContain(summary.status)
    }),
    { numRuns: 1_000 },
  )
})
