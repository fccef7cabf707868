import { evaluate } from '@snowfence/policy'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { policies, read, requests, withRules } from './policy-arbitraries.ts'

it('a forbid about anything that a statement does denies it, whatever is permitted', () => {
  fc.assert(
    fc.property(policies, requests, fc.nat(), (written, request, pick) => {
      const demands = [
        ...request.summary.reads.map(({ table }) => ({ action: 'select', table })),
        ...request.summary.writes.map(({ table, effect }) => ({ action: effect, table })),
      ]
      const { action, table } = demands[pick % demands.length]!
      const everything = { effect: 'permit', actions: ['select', 'delete'], resources: ['*'] } as const
      const forbid = { effect: 'forbid', actions: [action], resources: [table] } as const
      const decision = evaluate(read(withRules(written, [...written.rules, everything, forbid])), request)
      expect(decision.decision).toBe('deny')
      expect(decision.reasons[0]?.code).toBe('forbidden-by-rule')
    }),
    { numRuns: 150 },
  )
})
