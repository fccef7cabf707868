import type { Mask } from '@snowfence/core'
import { describe, expect, it } from 'vitest'
import { compileRowMasker } from '../row-masker.ts'

const keys = { session: new Uint8Array(32).fill(1), policy: new Uint8Array(32).fill(2) }

const masked = (mask: Mask, type: string, value: unknown, asOf = '2026-11-23') =>
  compileRowMasker({ columns: [{ name: 'C', type, mask }], keys, asOf: new Date(asOf) }).maskCell(0, value)

const partial = (keepFirst: number, keepLast: number): Mask => ({ kind: 'partial', keepFirst, keepLast })

/** As the `big-integer` library hands integers over. */
const bigInteger = (digits: string) => ({ toJSNumber: () => Number(digits), toString: () => digits })

describe('partial', () => {
  it('keeps what was asked for and hides the rest behind three stars', () => {
    expect(masked(partial(0, 4), 'text', '123-45-6789')).toBe('***6789')
    expect(masked(partial(2, 0), 'text', 'Larkspur')).toBe('La***')
    expect(masked(partial(1, 1), 'text', 'Larkspur')).toBe('L***r')
    expect(masked(partial(0, 4), 'fixed', 123456789)).toBe('***6789')
    expect(masked(partial(0, 4), 'fixed', bigInteger('12345678901234567890'))).toBe('***7890')
  })

  it('shows nothing of a value of which less would stay hidden than is shown', () => {
    expect(masked(partial(0, 4), 'text', '1234567')).toBe('***')
    expect(masked(partial(0, 4), 'text', '12345678')).toBe('***5678')
    expect(masked(partial(3, 3), 'text', 'abcdefghijk')).toBe('***')
  })

  it('does not tell how much is hidden', () => {
    expect(masked(partial(0, 2), 'text', 'abcdefgh')).toHaveLength(5)
    expect(masked(partial(0, 2), 'text', 'abcdefgh'.repeat(50))).toHaveLength(5)
  })

  it('never cuts a character in half', () => {
    expect(masked(partial(0, 1), 'text', '😀😀')).toBe('***')
    expect(masked(partial(1, 0), 'text', '😀😀')).toBe('***')
    expect(masked(partial(0, 3), 'text', '😀😀😀😀')).toBe('***😀')
  })
})

describe('year', () => {
  it('gives the year of a date as text', () => {
    expect(masked({ kind: 'year' }, 'date', new Date('1984-03-02T00:00:00Z'))).toBe('1984')
    expect(masked({ kind: 'year' }, 'timestamp_ntz', new Date('2024-12-31T23:59:59.999Z'))).toBe('2024')
    expect(masked({ kind: 'year' }, 'fixed', 1984)).toBe('1984')
  })

  it('reads dates that were fetched as text', () => {
    for (const text of [
      '1984',
      '1984-03-02',
      '1984/3/2',
      '19840302',
      '03/02/1984',
      '2.3.1984',
      '02-MAR-1984',
    ]) {
      expect(masked({ kind: 'year' }, 'text', text), text).toBe('1984')
    }
    for (const text of [
      'Mar 2, 1984',
      'March 2nd 1984',
      'Fri, 02 Mar 1984 10:00:00 +0000',
      '1984-03-02 10:00:00.000 -0700',
    ]) {
      expect(masked({ kind: 'year' }, 'text', text), text).toBe('1984')
    }
  })

  it('withholds a text that is not a date from end to end', () => {
    for (const text of [
      '123-45-1984',
      'born 1984',
      '1984-13-40',
      '84',
      '3/2/84',
      '',
      '1984-03-02x',
      '99999',
    ]) {
      expect(masked({ kind: 'year' }, 'text', text), text).toBeNull()
    }
  })

  it('turns a year more than 89 years ago into one category', () => {
    const year = (value: string) => masked({ kind: 'year' }, 'date', new Date(value), '2026-11-23')
    expect(year('1937-01-01')).toBe('1937')
    expect(year('1936-12-31')).toBe('90 or over')
    expect(year('1890-05-05')).toBe('90 or over')
    expect(masked({ kind: 'year' }, 'date', new Date('1937-01-01'), '2027-01-01')).toBe('90 or over')
  })
})

describe('age', () => {
  it('gives whole years below 90 and one category from 90 on', () => {
    expect(masked({ kind: 'age' }, 'fixed', 0)).toBe('0')
    expect(masked({ kind: 'age' }, 'real', 45.9)).toBe('45')
    expect(masked({ kind: 'age' }, 'fixed', 89)).toBe('89')
    expect(masked({ kind: 'age' }, 'real', 89.99)).toBe('89')
    expect(masked({ kind: 'age' }, 'fixed', 90)).toBe('90 or over')
    expect(masked({ kind: 'age' }, 'text', '101')).toBe('90 or over')
    expect(masked({ kind: 'age' }, 'fixed', -1)).toBeNull()
  })

  it('reckons the age of a date of birth by the day', () => {
    const age = (value: string) => masked({ kind: 'age' }, 'date', new Date(value), '2026-11-23')
    expect(age('1936-11-23')).toBe('90 or over')
    expect(age('1936-11-24')).toBe('89')
    expect(age('2000-02-29')).toBe('26')
    expect(age('2026-11-24')).toBeNull()
  })
})

describe('zip3', () => {
  it('keeps three digits where the area has more than 20,000 people', () => {
    expect(masked({ kind: 'zip3' }, 'text', '02139')).toBe('021')
    expect(masked({ kind: 'zip3' }, 'text', '02139-4307')).toBe('021')
    expect(masked({ kind: 'zip3' }, 'text', ' 021394307 ')).toBe('021')
  })

  it('puts back the zeros that a number lost', () => {
    expect(masked({ kind: 'zip3' }, 'fixed', 2139)).toBe('021')
    expect(masked({ kind: 'zip3' }, 'fixed', 21394307)).toBe('021')
    expect(masked({ kind: 'zip3' }, 'fixed', 601)).toBe('006')
  })

  it('gives 000 for an area that either census counted as small', () => {
    for (const zip of [
      '03601',
      '06390',
      '10200',
      '20300',
      '20500',
      '36900',
      '55600',
      '69200',
      '79000',
      '82100',
    ]) {
      expect(masked({ kind: 'zip3' }, 'text', zip), zip).toBe('000')
    }
  })

  it('takes another list', () => {
    const zip3 = { asOf: '2020-04-01', source: 'a later count', areas: ['021'] }
    const masker = compileRowMasker({
      columns: [{ name: 'ZIP', type: 'text', mask: { kind: 'zip3' } }],
      keys,
      asOf: new Date(0),
      zip3,
    })
    expect(masker.maskCell(0, '02139')).toBe('000')
    expect(masker.maskCell(0, '03601')).toBe('036')
  })

  it('withholds what is no ZIP code', () => {
    for (const value of ['2139', 'SW1A 1AA', '0213', '02139-43', 'x02139']) {
      expect(masked({ kind: 'zip3' }, 'text', value), value).toBeNull()
    }
    expect(masked({ kind: 'zip3' }, 'fixed', 21.39)).toBeNull()
  })
})

describe('bucket and round', () => {
  it('gives the lower bound of the interval', () => {
    expect(masked({ kind: 'bucket', size: 10 }, 'fixed', 47)).toBe(40)
    expect(masked({ kind: 'bucket', size: 10 }, 'fixed', -3)).toBe(-10)
    expect(masked({ kind: 'bucket', size: 0.1 }, 'real', 0.3)).toBe(0.3)
    expect(masked({ kind: 'bucket', size: 5 }, 'text', '12.5')).toBe('10')
    expect(masked({ kind: 'bucket', size: 100 }, 'fixed', bigInteger('12345678901'))).toBe(12345678900)
  })

  it('rounds to digits after and before the point', () => {
    expect(masked({ kind: 'round', digits: 0 }, 'real', 98.6)).toBe(99)
    expect(masked({ kind: 'round', digits: 1 }, 'real', 98.64)).toBe(98.6)
    expect(masked({ kind: 'round', digits: -2 }, 'fixed', 1250)).toBe(1300)
    expect(Object.is(masked({ kind: 'round', digits: 0 }, 'real', -0.2), 0)).toBe(true)
    expect(masked({ kind: 'round', digits: 10 }, 'real', 1e305)).toBeNull()
  })
})

describe('email-domain', () => {
  it('keeps the domain of one address', () => {
    expect(masked({ kind: 'email-domain' }, 'text', 'Someone@Clinic.Example')).toBe('***@clinic.example')
  })

  it('withholds a text that is not one address from end to end', () => {
    for (const value of [
      'a@b.example, c@d.example',
      'x@123-45-6789',
      'nothing',
      'a@b',
      '@b.example',
      'a@b.example ',
    ]) {
      const shown = masked({ kind: 'email-domain' }, 'text', value)
      expect(shown === null || shown === '***@b.example', value).toBe(true)
    }
    expect(masked({ kind: 'email-domain' }, 'text', 'a@b.example, c@d.example')).toBeNull()
  })
})

describe('format', () => {
  it('keeps length, letters, digits and separators, and nothing else', () => {
    const shown = String(masked({ kind: 'format' }, 'text', 'Ab-123 4567 zz'))
    expect(shown).toMatch(/^[A-Z][a-z]-\d{3} \d{4} [a-z]{2}$/)
    expect(shown).not.toBe('Ab-123 4567 zz')
  })

  it('replaces letters and digits of every script', () => {
    expect(masked({ kind: 'format' }, 'text', 'Łódź ١٢٣ 患者')).toMatch(/^[A-Z][a-z]{3} \d{3} [a-z]{2}$/)
  })

  it('keeps numbers numbers of as many digits', () => {
    for (const value of [7, 10, 1_234_567, 999_999_999_999_999, -42, 12.5]) {
      const shown = masked({ kind: 'format' }, 'fixed', value)
      expect(typeof shown).toBe('number')
      expect(String(Math.trunc(Math.abs(Number(shown)))).length).toBe(
        String(Math.trunc(Math.abs(value))).length,
      )
    }
    expect(masked({ kind: 'format' }, 'fixed', 1e21)).toBeNull()
  })
})

describe('scrub', () => {
  const scrub = (value: unknown, type = 'variant') => masked({ kind: 'scrub' }, type, value)

  it('replaces identifiers in texts, members and keys', () => {
    expect(scrub('call 212-555-0147', 'text')).toBe('call [phone]')
    expect(scrub({ 'a@example.org': ['123-45-6789', 1], ok: true })).toEqual({
      '[email]': ['[ssn]', 1],
      ok: true,
    })
  })

  it('keeps values whose keys became equal', () => {
    expect(scrub({ 'a@example.org': 1, 'b@example.org': 2, 'c@example.org': 3 })).toEqual({
      '[email]': 1,
      '[email] 2': 2,
      '[email] 3': 3,
    })
  })

  it('sets no prototype', () => {
    const scrubbed = scrub(JSON.parse('{"__proto__":{"mail":"a@example.org"}}')) as object
    expect(Object.getPrototypeOf(scrubbed)).toBe(Object.prototype)
    expect(Object.getOwnPropertyDescriptor(scrubbed, '__proto__')?.value).toEqual({ mail: '[email]' })
  })

  it('withholds what is nested too deeply or holds itself', () => {
    const circular: Record<string, unknown> = {}
    circular.self = circular
    expect(scrub(circular)).toBeNull()
    let deep: unknown = 'a@example.org'
    for (let depth = 0; depth < 10_000; depth += 1) deep = [deep]
    expect(scrub(deep)).toBeNull()
  })
})

describe('scalar masks on documents', () => {
  it('withhold objects and arrays whole', () => {
    for (const mask of [
      partial(0, 4),
      { kind: 'token', scope: 'session' },
      { kind: 'format' },
      { kind: 'year' },
    ] as Mask[]) {
      expect(masked(mask, 'variant', { year: 1984 })).toBeNull()
      expect(masked(mask, 'variant', ['123-45-6789'])).toBeNull()
    }
  })

  it('mask a scalar in a VARIANT as in a column of its own', () => {
    expect(masked(partial(0, 4), 'variant', '123-45-6789')).toBe('***6789')
  })
})
