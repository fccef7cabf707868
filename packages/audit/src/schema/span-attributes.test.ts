import { canonicalJson, digestOf } from '@snowfence/core'
import { describe, expect, it } from 'vitest'
import { type AuditAttributeName, auditAttributes, auditSpanKinds } from './audit-attributes.ts'
import { spanAttributes } from './span-attributes.ts'

describe('the attributes of an audit span', () => {
  it('name the span and the version of the schema', () => {
    expect(spanAttributes('session', {})).toEqual({
      'snowfence.span': 'session',
      'snowfence.schema.version': 2,
    })
  })

  it('leave out what is not known', () => {
    const attributes = spanAttributes('query', {
      'snowfence.query.id': null,
      'snowfence.role.elevated': undefined,
      'snowfence.tables': [],
    })
    expect(Object.keys(attributes)).toEqual(['snowfence.span', 'snowfence.schema.version'])
  })

  it('hold at most 32 entries of a list, and say how many are missing', () => {
    const tables = Array.from({ length: 40 }, (_, number) => `CLINIC.PUBLIC.T${number}`)
    const attributes = spanAttributes('query', { 'snowfence.tables': tables })
    expect(attributes['snowfence.tables']).toEqual(tables.slice(0, 32))
    expect(attributes['snowfence.tables.overflow']).toBe(8)
    expect(attributes['snowfence.tables.digest']).toBe(digestOf(canonicalJson(tables)))
    expect(attributes).not.toHaveProperty(['snowfence.tables.shortened'])
  })

  it('cut long entries of a list, and say how many', () => {
    const tables = ['T', 'U'.repeat(801), 'V'.repeat(800)]
    const attributes = spanAttributes('query', { 'snowfence.tables': tables })
    expect(attributes['snowfence.tables']).toEqual(['T', 'U'.repeat(800), 'V'.repeat(800)])
    expect(attributes['snowfence.tables.shortened']).toBe(1)
    expect(attributes['snowfence.tables.digest']).toBe(digestOf(canonicalJson(tables)))
    expect(attributes).not.toHaveProperty(['snowfence.tables.overflow'])
  })

  it.each<[AuditAttributeName, number]>([
    ['db.query.text', 4000],
    ['gen_ai.agent.name', 500],
    ['snowfence.role', 800],
  ])('keep a prefix of a long `%s`, and beside it the length and the digest of the whole', (name, most) => {
    const fits = 'A '.repeat(most / 2)
    expect(spanAttributes('query', { [name]: fits })).toEqual({
      'snowfence.span': 'query',
      'snowfence.schema.version': 2,
      [name]: fits,
    })
    const text = `${fits}B`
    const attributes = spanAttributes('query', { [name]: text })
    expect(attributes[name]).toBe(fits)
    expect(attributes[`${name}.length`]).toBe(most + 1)
    expect(attributes[`${name}.digest`]).toBe(digestOf(text))
  })

  it('cut SQL between two words, and never through a quoted name', () => {
    const name = `"${'x '.repeat(100)}"`
    const text = `${name}, `.repeat(30)
    const cut = String(spanAttributes('query', { 'db.query.text': text })['db.query.text'])
    expect(cut).toBe(text.slice(0, cut.length))
    expect(cut.split('"').length % 2).toBe(1)
    expect(cut.length).toBeGreaterThan(3700)
  })

  it('never cut a character in half', () => {
    const text = `${'a'.repeat(3999)}😀${'b'.repeat(50)}`
    const cut = String(spanAttributes('query', { 'db.query.text': text })['db.query.text'])
    expect(/\p{Surrogate}/u.test(cut)).toBe(false)
  })

  it('do not take a driver message for an error code', () => {
    const message = "Numeric value 'Test Patient 123-45-6789' is not recognized"
    const attributes = spanAttributes('query', { 'error.type': message, 'db.response.status_code': message })
    expect(attributes['error.type']).toBe('invalid')
    expect(attributes['db.response.status_code']).toBe('invalid')
  })

  it('do not take text for a digest', () => {
    const text = 'select 1 where ssn = 1'
    expect(spanAttributes('query', { 'snowfence.receipt': text })['snowfence.receipt']).toBe('invalid')
  })

  it('leave out a number that is none', () => {
    const attributes = spanAttributes('query', { 'db.response.returned_rows': Number.NaN })
    expect(attributes).not.toHaveProperty('db.response.returned_rows')
  })

  it('put names and declared text on one line', () => {
    const attributes = spanAttributes('query', {
      'gen_ai.agent.name': 'report\n\u001b[2Jdone',
      'snowfence.role': 'A\tB',
    })
    expect(attributes['gen_ai.agent.name']).toBe('report  [2Jdone')
    expect(attributes['snowfence.role']).toBe('A B')
  })

  it('refuse an attribute that the schema does not have, or not on this span', () => {
    const unknown = { 'db.query.parameter.1': 'value' } as object
    expect(() => spanAttributes('query', unknown)).toThrow(TypeError)
    expect(() => spanAttributes('authorize', { 'snowfence.query.id': '01b2' })).toThrow(TypeError)
    expect(() => spanAttributes('query', { toString: 'x' } as object)).toThrow(TypeError)
  })
})

describe('the schema', () => {
  it('has no attribute for values, parameters or messages', () => {
    const names = Object.keys(auditAttributes)
    expect(names.filter((name) => /parameter|message|value|stack|token/.test(name))).toEqual([])
  })

  it('gives every attribute a meaning, a condition and known spans', () => {
    for (const { spans, when, meaning } of Object.values(auditAttributes)) {
      expect(spans.every((span) => span in auditSpanKinds)).toBe(true)
      expect(when).not.toBe('')
      expect(meaning).toMatch(/[.…]$/)
    }
  })
})
