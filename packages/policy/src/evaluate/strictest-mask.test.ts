import type { Mask } from '@snowfence/core'
import { describe, expect, it } from 'vitest'
import { strictestMask } from './strictest-mask.ts'

const partial = (keepFirst: number, keepLast: number): Mask => ({ kind: 'partial', keepFirst, keepLast })
const session: Mask = { kind: 'token', scope: 'session' }

describe('the strictest of several masks', () => {
  it('is none for none', () => {
    expect(strictestMask([])).toBeNull()
  })

  it('is the one that hides any value before one that keeps a part', () => {
    expect(strictestMask([{ kind: 'year' }, session])).toEqual(session)
    expect(strictestMask([partial(0, 4), { kind: 'withhold' }, session])).toEqual({ kind: 'withhold' })
    expect(strictestMask([session, { kind: 'random' }])).toEqual({ kind: 'random' })
  })

  it('withholds where two masks each keep another part: the last four of an SSN show a whole day of a date', () => {
    expect(strictestMask([partial(0, 4), { kind: 'year' }])).toEqual({ kind: 'withhold' })
    expect(strictestMask([partial(0, 4), { kind: 'year' }, session])).toEqual({ kind: 'withhold' })
  })

  it('compares the settings of one kind, and withholds where neither shows less', () => {
    expect(strictestMask([partial(2, 4), partial(1, 3)])).toEqual(partial(1, 3))
    expect(strictestMask([partial(2, 0), partial(0, 2)])).toEqual({ kind: 'withhold' })
    expect(strictestMask([{ kind: 'token', scope: 'policy' }, session])).toEqual(session)
    expect(
      strictestMask([
        { kind: 'bucket', size: 10 },
        { kind: 'bucket', size: 20 },
      ]),
    ).toEqual({ kind: 'bucket', size: 20 })
    expect(
      strictestMask([
        { kind: 'bucket', size: 10 },
        { kind: 'bucket', size: 15 },
      ]),
    ).toEqual({ kind: 'withhold' })
    expect(
      strictestMask([
        { kind: 'round', digits: 1 },
        { kind: 'round', digits: -2 },
      ]),
    ).toEqual({ kind: 'round', digits: -2 })
    expect(
      strictestMask([
        { kind: 'redact', text: 'a' },
        { kind: 'redact', text: 'b' },
      ]),
    ).toEqual({ kind: 'withhold' })
  })
})
