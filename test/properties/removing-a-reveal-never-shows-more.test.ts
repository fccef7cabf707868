import { type Mask, maskKinds } from '@snowfence/core'
import { evaluate } from '@snowfence/policy'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { openness, policies, read, requests, withRules } from './policy-arbitraries.ts'

/** How much a mask shows: less, the earlier it stands in `maskKinds`; all without one. */
const shown = (mask: Mask | null): number => (mask === null ? maskKinds.length : maskKinds.indexOf(mask.kind))

it('a policy with one reveal less shows no output more openly', () => {
  fc.assert(
    fc.property(policies, requests, fc.nat(), fc.nat(), (written, request, pickRule, pickClass) => {
      const revealing = written.rules.filter((rule) => rule.reveal !== undefined)
      fc.pre(revealing.length > 0)
      const chosen = revealing[pickRule % revealing.length]!
      const dropped = chosen.reveal![pickClass % chosen.reveal!.length]
      const rules = written.rules.map((rule) => {
        if (rule !== chosen) return rule
        const { reveal, ...rest } = rule
        const left = reveal!.filter((name) => name !== dropped)
        return left.length === 0 ? rest : { ...rest, reveal: left }
      })
      const before = evaluate(read(written), request)
      const after = evaluate(read(withRules(written, rules)), request)
      expect(openness[after.decision]).toBeLessThanOrEqual(openness[before.decision])
      after.columns.forEach(({ mask }, index) => {
        expect(shown(mask)).toBeLessThanOrEqual(shown(before.columns[index]!.mask))
      })
    }),
    { numRuns: 120 },
  )
})
