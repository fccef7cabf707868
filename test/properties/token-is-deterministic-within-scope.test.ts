import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileMasker } from './compile-masker.ts'

const values = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.integer(),
  fc.date({ noInvalidDate: true }),
)
const session = { kind: 'token', scope: 'session' } as const
const policy = { kind: 'token', scope: 'policy' } as const

describe('a token', () => {
  it('is the same for the same value in every result of its scope', () => {
    const [first, second] = [compileMasker(session, 'text'), compileMasker(session, 'text')]
    const [earlier, later] = [compileMasker(policy, 'text'), compileMasker(policy, 'text', { session: 9 })]
    fc.assert(
      fc.property(values, (value) => {
        expect(first.maskCell(0, value)).toBe(second.maskCell(0, value))
        expect(earlier.maskCell(0, value)).toBe(later.maskCell(0, value))
      }),
    )
  })

  it('is another one for another value, session, policy key or domain', () => {
    const masker = compileMasker(session, 'text')
    const others = [
      compileMasker(session, 'text', { session: 9 }),
      compileMasker(session, 'text', { domain: 'mrn' }),
      compileMasker(policy, 'text'),
      compileMasker(policy, 'text', { policy: 9 }),
    ]
    fc.assert(
      fc.property(fc.string(), fc.string(), (value, other) => {
        const token = masker.maskCell(0, value)
        for (const each of others) expect(each.maskCell(0, value)).not.toBe(token)
        if (Buffer.from(value).toString() !== Buffer.from(other).toString()) {
          expect(masker.maskCell(0, other)).not.toBe(token)
        }
      }),
    )
  })

  it('shows nothing of the value, its length included', () => {
    const masker = compileMasker(session, 'text')
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), (value) => {
        expect(masker.maskCell(0, value)).toMatch(/^tok_[A-Za-z0-9_-]{22}$/)
      }),
    )
  })
})
