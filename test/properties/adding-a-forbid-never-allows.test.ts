import { evaluate } from '@snowfence/policy'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { forbids, openness, policies, read, requests, withRules } from './policy-arbitraries.ts'

it('a policy with one forbid more opens the door no further', () => {
  fc.assert(
    fc.property(policies, forbids, requests, (written, forbid, request) => {
      const before = evaluate(read(written), request)
      const after = evaluate(read(withRules(written, [...written.rules, forbid])), request)
      expect(openness[after.decision]).toBeLessThanOrEqual(openness[before.decision])
    }),
    { numRuns: 150 },
  )
})
