import { evaluate } from '@snowfence/policy'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { policies, read, requests, withRules } from './policy-arbitraries.ts'

it('without a permit everything is denied', () => {
  fc.assert(
    fc.property(policies, requests, (written, request) => {
      const forbidsOnly = written.rules.filter(({ effect }) => effect === 'forbid')
      expect(evaluate(read(withRules(written, forbidsOnly)), request).decision).toBe('deny')
    }),
    { numRuns: 120 },
  )
})

it('what is not denied is permitted by a rule for each thing it does', () => {
  fc.assert(
    fc.property(policies, requests, (written, request) => {
      const decision = evaluate(read(written), request)
      if (decision.decision === 'deny') return
      const determining = written.rules.filter(({ id }) => decision.rules.includes(id))
      const permitted = (action: string, table: string) =>
        determining.some(
          (rule) =>
            rule.effect === 'permit' &&
            rule.actions.includes(action) &&
            rule.resources.some(
              (text) => text === '*' || text === table || table.startsWith(text.replace(/\*$/, '')),
            ),
        )
      for (const { table } of request.summary.reads) expect(permitted('select', table)).toBe(true)
      for (const { table, effect } of request.summary.writes) expect(permitted(effect, table)).toBe(true)
    }),
    { numRuns: 150 },
  )
})
