import { evaluate } from '@snowfence/policy'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { policies, read, requests, type WrittenPolicy } from './policy-arbitraries.ts'

const shuffled = (written: WrittenPolicy): fc.Arbitrary<WrittenPolicy> =>
  fc
    .tuple(
      fc.shuffledSubarray([...written.rules], { minLength: written.rules.length }),
      fc.shuffledSubarray([...written.resources], { minLength: written.resources.length }),
    )
    .map(([rules, resources]) => ({ ...written, rules, resources }))

it('the order of rules and resources changes nothing about a decision', () => {
  const pairs = policies.chain((written) => fc.tuple(fc.constant(written), shuffled(written)))
  fc.assert(
    fc.property(pairs, requests, ([written, other], request) => {
      const { policy: _, ...decision } = evaluate(read(written), request)
      const { policy: __, ...again } = evaluate(read(other), request)
      expect(again).toEqual(decision)
    }),
    { numRuns: 150 },
  )
})
