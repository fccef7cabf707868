import { isSnowfenceError, type Mask } from '@snowfence/core'
import { describe, expect, it } from 'vitest'
import { createRandomVault } from './random-vault.ts'
import { compileRowMasker, type MaskedColumn, type RowMaskerOptions } from './row-masker.ts'

const key = (byte: number) => new Uint8Array(32).fill(byte)
const asOf = new Date('2026-11-23T00:00:00Z')

/** A source that counts upwards: never the same bytes twice, and the same in every run. */
const countingSource = () => {
  let drawn = 0
  return (size: number) =>
    Uint8Array.from({ length: size }, () => {
      drawn += 1
      return drawn % 251
    })
}

const compile = (columns: readonly MaskedColumn[], options: Partial<RowMaskerOptions> = {}) =>
  compileRowMasker({ columns, keys: { session: key(1), policy: key(2) }, asOf, ...options })

const one = (mask: Mask | null, type = 'text', options: Partial<RowMaskerOptions> = {}) =>
  compile([{ name: 'COLUMN', type, mask }], options)

describe('compileRowMasker', () => {
  it('masks a row by position and leaves the given row as it was', () => {
    const masker = compile([
      { name: 'SSN', type: 'text', mask: { kind: 'partial', keepFirst: 0, keepLast: 4 } },
      { name: 'STATUS', type: 'text', mask: null },
      { name: 'NOTE', type: 'text', mask: { kind: 'withhold' } },
    ])
    const row = ['123-45-6789', 'active', 'a note']
    expect(masker.maskRow(row)).toEqual(['***6789', 'active', null])
    expect(row).toEqual(['123-45-6789', 'active', 'a note'])
  })

  it('says which columns need not be read or converted', () => {
    const masker = compile([
      { name: 'A', type: 'date', mask: { kind: 'redact', text: '[hidden]' } },
      { name: 'B', type: 'timestamp_ntz', mask: { kind: 'withhold' } },
      { name: 'C', type: 'text', mask: { kind: 'token', scope: 'session' } },
      { name: 'D', type: 'fixed', mask: null },
      { name: 'E', type: 'text', mask: null },
      { name: 'F', type: 'boolean', mask: { kind: 'token', scope: 'session' } },
    ])
    expect([0, 1, 2, 3, 4, 5].map(masker.isConstant)).toEqual([true, true, false, false, false, true])
    expect([masker.constantOf(0), masker.constantOf(1), masker.constantOf(5)]).toEqual([
      '[hidden]',
      null,
      null,
    ])
    expect([0, 1, 2, 3, 4, 5].map(masker.isActive)).toEqual([true, true, true, false, true, true])
    expect(() => masker.constantOf(2)).toThrow(TypeError)
  })

  it('reports the type of what comes out', () => {
    const types = (mask: Mask | null, type: string) => one(mask, type).outputType(0)
    expect(types({ kind: 'year' }, 'date')).toBe('text')
    expect(types({ kind: 'bucket', size: 10 }, 'fixed')).toBe('fixed')
    expect(types({ kind: 'withhold' }, 'binary')).toBe('binary')
    expect(types({ kind: 'scrub' }, 'variant')).toBe('variant')
    expect(types({ kind: 'partial', keepFirst: 0, keepLast: 2 }, 'variant')).toBe('variant')
    expect(types({ kind: 'redact', text: 'x' }, 'variant')).toBe('text')
    expect(types(null, 'timestamp_ltz')).toBe('timestamp_ltz')
  })

  it('refuses a mask it does not know', () => {
    const unknown = { kind: 'rot13' } as unknown as Mask
    expect(() => one(unknown)).toThrow(/rot13/)
    try {
      one(unknown)
    } catch (error) {
      expect(isSnowfenceError(error, 'ERR_MASK_UNKNOWN')).toBe(true)
    }
  })

  it('refuses to make pseudonyms with a short key and random tokens without a vault', () => {
    const short = { session: new Uint8Array(15), policy: key(2) }
    for (const mask of [{ kind: 'token', scope: 'session' }, { kind: 'format' }] as const) {
      expect(() => one(mask, 'text', { keys: short })).toThrow(
        expect.objectContaining({ code: 'ERR_MASK_MATERIAL_MISSING' }),
      )
    }
    expect(() => one({ kind: 'random' })).toThrow(
      expect.objectContaining({ code: 'ERR_MASK_MATERIAL_MISSING' }),
    )
  })

  it('refuses a position that no mask was compiled for', () => {
    const masker = one(null)
    expect(() => masker.maskCell(1, 'x')).toThrow(
      expect.objectContaining({ code: 'ERR_RESULT_SHAPE_MISMATCH' }),
    )
    expect(() => masker.maskRow(['x', '123-45-6789'])).toThrow()
  })
})

describe('tokens', () => {
  const token = (options: {
    scope?: 'session' | 'policy'
    domain?: string
    session?: number
    policy?: number
  }) =>
    compile(
      [
        {
          name: 'C',
          type: 'text',
          mask: { kind: 'token', scope: options.scope ?? 'session' },
          ...(options.domain !== undefined && { domain: options.domain }),
        },
      ],
      { keys: { session: key(options.session ?? 1), policy: key(options.policy ?? 2) } },
    ).maskCell(0, '123-45-6789')

  it('are the same within their scope and unrelated outside of it', () => {
    expect(token({})).toBe(token({}))
    expect(token({ session: 9 })).not.toBe(token({}))
    expect(token({ scope: 'policy', session: 9 })).toBe(token({ scope: 'policy' }))
    expect(token({ scope: 'policy', policy: 9 })).not.toBe(token({ scope: 'policy' }))
    const sameKey = { session: 5, policy: 5 }
    expect(token({ ...sameKey, scope: 'policy' })).not.toBe(token({ ...sameKey, scope: 'session' }))
    expect(token({ domain: 'ssn' })).not.toBe(token({ domain: 'mrn' }))
  })

  it('stand for the value, whichever way it was fetched', () => {
    const masker = compile([{ name: 'ID', type: 'fixed', mask: { kind: 'token', scope: 'session' } }])
    expect(masker.maskCell(0, 42)).toBe(masker.maskCell(0, '42'))
    expect(masker.maskCell(0, 42)).toBe(masker.maskCell(0, 42n))
  })

  it('stay the same when more values were seen than are remembered', () => {
    const masker = one({ kind: 'token', scope: 'session' })
    const before = Array.from({ length: 100 }, (_, index) => masker.maskCell(0, `v${index}`))
    for (let index = 0; index < 30_000; index += 1) masker.maskCell(0, `w${index}`)
    expect(Array.from({ length: 100 }, (_, index) => masker.maskCell(0, `v${index}`))).toEqual(before)
  })

  it('have one length whatever the value is', () => {
    const masker = one({ kind: 'token', scope: 'session' })
    const lengths = ['', 'x', 'x'.repeat(100_000), '\ud800', 'é'].map(
      (value) => String(masker.maskCell(0, value)).length,
    )
    expect(new Set(lengths)).toEqual(new Set([26]))
  })
})

describe('random tokens', () => {
  it('are the same for a value in every result of a session, and others in another session', () => {
    const random = countingSource()
    const vault = createRandomVault({ random })
    const first = one({ kind: 'random' }, 'text', { random: vault })
    const second = one({ kind: 'random' }, 'text', { random: vault })
    const other = one({ kind: 'random' }, 'text', { random: createRandomVault({ random }) })
    expect(first.maskCell(0, 'a')).toBe(second.maskCell(0, 'a'))
    expect(first.maskCell(0, 'a')).not.toBe(first.maskCell(0, 'b'))
    expect(other.maskCell(0, 'a')).not.toBe(first.maskCell(0, 'a'))
  })

  it('are withheld when the vault is full, and known values keep theirs', () => {
    const vault = createRandomVault({ random: countingSource(), capacity: 2 })
    const masker = one({ kind: 'random' }, 'text', { random: vault })
    const tokens = ['a', 'b'].map((value) => masker.maskCell(0, value))
    expect(masker.maskCell(0, 'c')).toBeNull()
    expect(['a', 'b'].map((value) => masker.maskCell(0, value))).toEqual(tokens)
  })

  it('are withheld when the source gives too little', () => {
    const vault = createRandomVault({ random: () => new Uint8Array(4) })
    expect(one({ kind: 'random' }, 'text', { random: vault }).maskCell(0, 'a')).toBeNull()
  })
})

describe('second reading of columns that lineage calls clean', () => {
  it('masks an identifier and reports kind, column and count, never the value', () => {
    const masker = compile([
      { name: 'COMMENT', type: 'text', mask: null },
      { name: 'DETAILS', type: 'variant', mask: null },
    ])
    expect(
      masker.maskRow(['ssn 123-45-6789', { mail: 'a.b@example.org', list: ['call 212-555-0147'] }]),
    ).toEqual(['ssn [ssn]', { mail: '[email]', list: ['call [phone]'] }])
    masker.maskRow(['123-45-6780', null])
    expect(masker.findings()).toEqual([
      { kind: 'ssn', column: 'COMMENT', count: 2 },
      { kind: 'email', column: 'DETAILS', count: 1 },
      { kind: 'phone', column: 'DETAILS', count: 1 },
    ])
    expect(JSON.stringify(masker.findings())).not.toMatch(/123|555|example/)
  })

  it('takes the words of the column name for a label', () => {
    const read = (name: string) => compile([{ name, type: 'text', mask: null }]).maskCell(0, '48151623')
    expect(read('PATIENT_MRN')).toBe('[mrn]')
    expect(read('MEDICAL_RECORD_NO')).toBe('[mrn]')
    expect(read('acctNumber')).toBe('[account-number]')
    expect(read('QUANTITY')).toBe('48151623')
  })

  it('looks at the names of the source columns, because an alias may say something else', () => {
    const masker = compile([{ name: 'QUANTITY', sourceNames: ['PATIENT_MRN'], type: 'text', mask: null }])
    expect(masker.maskCell(0, '48151623')).toBe('[mrn]')
  })

  it('withholds a number whose column or member says what it is', () => {
    const masker = compile([
      { name: 'HOLDER_SSN', type: 'fixed', mask: null },
      { name: 'AMOUNT', type: 'fixed', mask: null },
      { name: 'DETAILS', type: 'variant', mask: null },
    ])
    expect(
      masker.maskRow([123456789, 123456789, { ssn: 123456789, n: 123456789, phones: [2125550147] }]),
    ).toEqual([null, 123456789, { ssn: null, n: 123456789, phones: [null] }])
    expect(masker.findings().map(({ kind, column }) => [kind, column])).toEqual([
      ['ssn', 'HOLDER_SSN'],
      ['ssn', 'DETAILS'],
      ['phone', 'DETAILS'],
    ])
  })

  it('lets keys of tables pass', () => {
    for (const name of ['PATIENT_ID', 'ENCOUNTER_ID', 'VISIT_NO', 'ORDER_NUMBER', 'CASE_ID']) {
      const masker = compile([{ name, type: 'text', mask: null }])
      expect(masker.maskCell(0, 'P-000123'), name).toBe('P-000123')
      expect(compile([{ name, type: 'fixed', mask: null }]).isActive(0)).toBe(false)
    }
  })

  it('leaves a column alone that a rule reveals, and every column when it is turned off', () => {
    const revealed = compile([{ name: 'NOTE', type: 'text', mask: null, isRevealed: true }])
    expect(revealed.maskCell(0, '123-45-6789')).toBe('123-45-6789')
    const off = compile([{ name: 'NOTE', type: 'text', mask: null }], { detectors: false })
    expect(off.maskCell(0, '123-45-6789')).toBe('123-45-6789')
  })

  it('looks only for the kinds it was asked for', () => {
    const masker = compile([{ name: 'NOTE', type: 'text', mask: null }], { detectors: { kinds: ['email'] } })
    expect(masker.maskCell(0, '123-45-6789 a@example.org')).toBe('123-45-6789 [email]')
  })

  it('finds the names of the subject of the row and forgets them with the next row', () => {
    const masker = compile([{ name: 'NOTE', type: 'text', mask: { kind: 'scrub' } }])
    expect(masker.maskRow(['Zanalin is well'], ['Zanalin Kelbeck'])).toEqual(['[name] is well'])
    expect(masker.maskRow(['Zanalin is well'])).toEqual(['Zanalin is well'])
  })

  it('takes the names from the columns of the row that hold them', () => {
    const masker = compile([
      { name: 'NAME', type: 'text', mask: { kind: 'token', scope: 'session' }, holdsSubjectName: true },
      { name: 'NOTE', type: 'text', mask: { kind: 'scrub' }, isSearchedForNames: true },
      { name: 'COMMENT', type: 'text', mask: null, isSearchedForNames: true },
    ])
    const [, note, comment] = masker.maskRow(['Zanalin Kelbeck', 'Ms. Kelbeck is well', 'told zanalin'])
    expect([note, comment]).toEqual(['Ms. [name] is well', 'told [name]'])
    expect(masker.subjectNamesIn([null, 'x', 'y'])).toEqual([])
    expect(masker.findings()).toEqual([{ kind: 'name', column: 'COMMENT', count: 1 }])
    expect(masker.cellMask(1)?.('zanalin is well', masker.subjectNamesIn(['Zanalin', '', '']))).toBe(
      '[name] is well',
    )
    expect(masker.cellMask(1)?.('zanalin is well')).toBe('zanalin is well')
    expect([0, 1, 2].map((index) => masker.readsNames(index))).toEqual([false, true, true])
  })

  it('does not search the texts that nobody says are stored: a guess in them would be answered', () => {
    const masker = compile([
      { name: 'NAME', type: 'text', mask: { kind: 'token', scope: 'session' }, holdsSubjectName: true },
      { name: 'GUESS', type: 'text', mask: null },
      { name: 'SCRUBBED_GUESS', type: 'text', mask: { kind: 'scrub' } },
    ])
    expect(masker.maskRow(['Zanalin', 'Zanalin', 'Zanalin']).slice(1)).toEqual(['Zanalin', 'Zanalin'])
    expect(masker.readsNames(2)).toBe(false)
  })

  it.each([
    [
      'no column holds a name',
      [{ name: 'NOTE', type: 'text', mask: { kind: 'scrub' } as const, isSearchedForNames: true }],
    ],
    [
      'the name is a number',
      [
        { name: 'NOTE', type: 'text', mask: { kind: 'scrub' } as const, isSearchedForNames: true },
        { name: 'NAME', type: 'fixed', mask: null, holdsSubjectName: true },
      ],
    ],
    [
      'the text is withheld',
      [
        { name: 'NOTE', type: 'text', mask: { kind: 'withhold' } as const, isSearchedForNames: true },
        { name: 'NAME', type: 'text', mask: null, holdsSubjectName: true },
      ],
    ],
  ])('needs no names where %s', (_what, columns) => {
    expect(compile(columns).readsNames(0)).toBe(false)
  })

  it('leaves values that are not text as they are', () => {
    const date = new Date(0)
    const masker = compile([{ name: 'D', type: 'date', mask: null }])
    expect(masker.maskCell(0, date)).toBe(date)
    const document = { a: [1, true, null] }
    expect(compile([{ name: 'V', type: 'variant', mask: null }]).maskCell(0, document)).toBe(document)
  })
})
