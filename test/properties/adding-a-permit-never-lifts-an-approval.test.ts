import { evaluate } from '@snowfence/policy'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { permits, policies, read, requests, withRules } from './policy-arbitraries.ts'

it('what waits for a person still waits when one rule more permits it', () => {
  fc.assert(
    fc.property(policies, permits, requests, (written, permit, request) => {
      const before = evaluate(read(written), request)
      fc.pre(before.decision === 'needs-approval')
      const after = evaluate(read(withRules(written, [...written.rules, permit])), request)
      expect(after.decision).not.toBe('allow')
    }),
    { numRuns: 120 },
  )
})
