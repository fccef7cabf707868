import { evaluate } from '@snowfence/policy'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { naiveEvaluate } from '../reference/naive-evaluator.ts'
import { policies, read, requests } from './policy-arbitraries.ts'

it('the evaluator decides and masks as the naive one does', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(policies, fc.array(requests, { minLength: 5, maxLength: 10 }), (written, several) => {
      const policy = read(written)
      for (const request of several) {
        const decision = evaluate(policy, request)
        const naive = naiveEvaluate(policy.document, { ...request, groups: request.principal.groups })
        seen.add(naive.decision)
        expect(decision.decision).toBe(naive.decision)
        if (naive.masks.length > 0) {
          expect(decision.columns.map(({ mask }) => mask?.kind ?? null)).toEqual(naive.masks)
        }
      }
    }),
    { numRuns: 300 },
  )
  expect([...seen].sort()).toEqual(['allow', 'deny', 'needs-approval'])
})

it('what it names as passing does pass', () => {
  fc.assert(
    fc.property(policies, requests, (written, request) => {
      const policy = read(written)
      for (const remedy of evaluate(policy, request).wouldPass) {
        if (remedy.kind !== 'use-purpose') continue
        expect(evaluate(policy, { ...request, purpose: remedy.purpose }).decision).toBe(remedy.leadsTo)
      }
    }),
    { numRuns: 300 },
  )
})
