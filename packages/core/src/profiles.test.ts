import { describe, expect, it } from 'vitest'
import { maskKinds, maskSchema } from './mask.ts'
import { maskAppliesTo, typeFamilyOf } from './mask-types.ts'
import { acceptsMask, identifierKinds, identifierRules, profileMet } from './profiles.ts'

describe('profiles', () => {
  it('covers every letter of 164.514(b)(2)(i)', () => {
    const letters = new Set(identifierKinds.map((kind) => identifierRules[kind].letter).filter(Boolean))
    expect([...letters].sort().join('')).toBe('ABCDEFGHIJKLMNOPQR')
  })

  it('accepts no identifier unmasked in safe-harbor', () => {
    for (const kind of identifierKinds) expect(acceptsMask('safe-harbor', kind, null), kind).toBe(false)
  })

  it('accepts no pseudonym, no part and no format in safe-harbor', () => {
    for (const kind of identifierKinds) {
      for (const mask of [
        'token',
        { partial: { keepLast: 4 } },
        'format',
        'email-domain',
        'scrub',
        'bucket',
      ]) {
        expect(
          acceptsMask('safe-harbor', kind, maskSchema.parse(mask)),
          `${kind} ${JSON.stringify(mask)}`,
        ).toBe(false)
      }
    }
  })

  it('accepts withholding everywhere', () => {
    for (const kind of identifierKinds) {
      for (const profile of ['safe-harbor', 'limited-data-set', 'full'] as const) {
        expect(acceptsMask(profile, kind, { kind: 'withhold' })).toBe(true)
      }
    }
  })

  it('accepts in limited-data-set whatever safe-harbor accepts', () => {
    for (const kind of identifierKinds) {
      for (const name of maskKinds) {
        const mask = maskSchema.parse(name)
        if (acceptsMask('safe-harbor', kind, mask))
          expect(acceptsMask('limited-data-set', kind, mask)).toBe(true)
      }
    }
  })

  it('names the strictest profile that all columns meet together', () => {
    expect(profileMet([])).toBe('safe-harbor')
    expect(profileMet([{ identifier: 'birth-date', mask: { kind: 'year' } }])).toBe('safe-harbor')
    expect(profileMet([{ identifier: 'birth-date', mask: null }])).toBe('limited-data-set')
    expect(profileMet([{ identifier: 'ssn', mask: { kind: 'token', scope: 'session' } }])).toBe(
      'limited-data-set',
    )
    expect(
      profileMet([
        { identifier: 'birth-date', mask: null },
        { identifier: 'ssn', mask: { kind: 'partial', keepFirst: 0, keepLast: 4 } },
      ]),
    ).toBe('full')
  })
})

describe('mask types', () => {
  it('reads type names as the catalogue and the driver write them', () => {
    expect(typeFamilyOf('NUMBER(38,0)')).toBe('number')
    expect(typeFamilyOf('timestamp_ntz(9)')).toBe('date')
    expect(typeFamilyOf('no such type')).toBe('other')
  })

  it('tells where a mask can show nothing', () => {
    expect(maskAppliesTo('email-domain', 'DATE')).toBe(false)
    expect(maskAppliesTo('year', 'DATE')).toBe(true)
    expect(maskAppliesTo('token', 'BOOLEAN')).toBe(false)
    expect(maskAppliesTo('withhold', 'VECTOR')).toBe(true)
  })
})
