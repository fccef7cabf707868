import { readFileSync } from 'node:fs'
import { checkPolicy, readPolicyTests } from '@snowfence/policy'
import fc from 'fast-check'
import { expect, it } from 'vitest'

const example = readFileSync(
  new URL('../../examples/policies/minimum-necessary.yaml', import.meta.url),
  'utf8',
)

const pieces = fc.constantFrom(
  '',
  '\n',
  '  ',
  ': ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  '*',
  '&a',
  '"',
  "'",
  '#',
  '~',
  '0',
  'select',
)

/** The example with a few places cut out, doubled or replaced. */
const mutated = fc
  .array(fc.tuple(fc.nat(example.length), fc.nat(40), pieces), { minLength: 1, maxLength: 4 })
  .map((edits) =>
    edits.reduce(
      (text, [at, length, piece]) => `${text.slice(0, at)}${piece}${text.slice(at + length)}`,
      example,
    ),
  )

it('any text is a policy without errors, or has an error with a place in the text', () => {
  fc.assert(
    fc.property(fc.oneof({ weight: 4, arbitrary: mutated }, fc.string()), (text) => {
      const { policy, problems } = checkPolicy(text)
      const lines = text.split('\n').length + 1
      expect(policy === null).toBe(problems.some(({ severity }) => severity === 'error'))
      for (const { line, column, message, hint } of problems) {
        expect(line).toBeGreaterThanOrEqual(1)
        expect(line).toBeLessThanOrEqual(lines)
        expect(column).toBeGreaterThanOrEqual(1)
        expect(message).not.toBe('')
        expect(hint).not.toBe('')
      }
    }),
    { numRuns: 120 },
  )
})

it('any text is a file of policy tests, or has a problem', () => {
  fc.assert(
    fc.property(fc.oneof(mutated, fc.string()), (text) => {
      const { suite, problems } = readPolicyTests(text)
      expect(suite === null).toBe(problems.length > 0)
    }),
    { numRuns: 100 },
  )
})
