import { type Mask, maskKinds, maskSchema } from '@snowfence/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileMasker } from './compile-masker.ts'

const types = [
  'text',
  'fixed',
  'real',
  'boolean',
  'date',
  'timestamp_tz',
  'time',
  'binary',
  'variant',
  'map',
  'vector',
  'no such type',
]
const masks: readonly (Mask | null)[] = [
  ...maskKinds.map((kind) => maskSchema.parse(kind)),
  { kind: 'partial', keepFirst: 3, keepLast: 4 },
  { kind: 'partial', keepFirst: Number.MAX_SAFE_INTEGER, keepLast: 1 },
  { kind: 'bucket', size: 1e-9 },
  { kind: 'round', digits: -400 },
  null,
]

const fail = (): never => {
  throw new Error('touched')
}
/** A proxy that throws whatever is done to it. */
const untouchable = () =>
  new Proxy(
    {},
    Object.fromEntries(Reflect.ownKeys(Reflect).map((trap) => [trap, fail])) as ProxyHandler<object>,
  )

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}

class UnwillingDate extends Date {
  override getTime = fail
  override toISOString = fail
  override valueOf = fail
}

const circular: Record<string, unknown> = {}
circular.self = { circular }

const hostile: readonly (() => unknown)[] = [
  untouchable,
  () => [untouchable()],
  () => ({ a: { b: untouchable() } }),
  () => new Map([[untouchable(), untouchable()]]),
  revoked,
  () => new UnwillingDate(0),
  () => new Date(Number.NaN),
  () => new Proxy(new Date(0), {}),
  () => ({ toJSON: fail, toString: fail, valueOf: fail, [Symbol.toPrimitive]: fail }),
  () => ({ toJSNumber: fail, toString: fail }),
  () => ({ toJSNumber: () => 1, toString: () => ({}) }),
  () => ({
    get secret() {
      return fail()
    },
  }),
  () => Object.create(null),
  () => circular,
  () => new Array(3),
  () => new Uint8Array(structuredClone(new ArrayBuffer(8), { transfer: [] })),
  () => {
    const bytes = new Uint8Array(8)
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
    return bytes
  },
  () => Symbol('secret'),
  () => fail,
  () => '\ud800',
  () => '\udfff'.repeat(10_000),
  () => 'x'.repeat(500_000),
  () => '123-45-6789 '.repeat(2_000),
  () => -0,
  () => Number.MAX_VALUE,
  () => Number.NEGATIVE_INFINITY,
  () => 10n ** 500n,
  () => Object(1n),
  () => Object('boxed'),
  () => new Proxy([], { get: (target, key) => (key === 'length' ? 2 ** 32 : Reflect.get(target, key)) }),
]

describe('a mask is total', () => {
  it.each(masks.map((mask) => [mask]))('%j throws for nothing', (mask) => {
    for (const type of types) {
      const masker = compileMasker(mask, type)
      for (const make of hostile) expect(() => masker.maskCell(0, make())).not.toThrow()
      fc.assert(
        fc.property(
          fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true }),
          (value) => {
            masker.maskCell(0, value)
          },
        ),
        { numRuns: 50 },
      )
    }
  })

  it('and what it shows of a scalar mask is text, a number or nothing', () => {
    const makers = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true }).map((value) => () => value),
      fc.constantFrom(...hostile),
    )
    for (const mask of masks) {
      if (mask === null || mask.kind === 'scrub') continue
      for (const type of types) {
        const masker = compileMasker(mask, type)
        fc.assert(
          fc.property(makers, (make) => {
            const shown = masker.maskCell(0, make())
            expect(shown === null || typeof shown === 'string' || Number.isFinite(shown)).toBe(true)
          }),
          { numRuns: 50 },
        )
      }
    }
  })
})
