import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createKeyedHash } from './keyed-hash.ts'

const key = new Uint8Array(32).fill(7)

describe('createKeyedHash', () => {
  it('is SHA-256 over one block of key and the text, cut to 132 bits', () => {
    const purposeKey = createHmac('sha256', key).update('tokens').digest('hex')
    const whole = createHash('sha256').update(`${purposeKey}123-45-6789`).digest('base64url')
    expect(createKeyedHash(key, 'tokens')('123-45-6789')).toBe(whole.slice(0, 22))
    expect(Buffer.from(purposeKey)).toHaveLength(64)
  })

  it('hashes the UTF-8 of every text, however long and whatever was hashed before it', () => {
    const purposeKey = createHmac('sha256', key).update('tokens').digest('hex')
    const keyedHash = createKeyedHash(key, 'tokens')
    const texts = [
      'a'.repeat(128),
      '',
      'b',
      'ü',
      '\u007f',
      '\u0080',
      '\ud83d\ude00',
      '\ud83d',
      'c'.repeat(127),
      'd'.repeat(129),
    ]
    for (const text of [...texts, ...texts.toReversed()]) {
      const whole = createHash('sha256').update(`${purposeKey}${text}`).digest('base64url')
      expect(keyedHash(text)).toBe(whole.slice(0, 22))
    }
  })

  it('depends on key, purpose and text', () => {
    const outputs = [
      createKeyedHash(key, 'a')('x'),
      createKeyedHash(key, 'a')('y'),
      createKeyedHash(key, 'b')('x'),
      createKeyedHash(new Uint8Array(32).fill(8), 'a')('x'),
    ]
    expect(new Set(outputs).size).toBe(4)
  })

  it('refuses a key that could be guessed', () => {
    expect(() => createKeyedHash(new Uint8Array(15), 'a')).toThrow(
      expect.objectContaining({ code: 'ERR_MASK_MATERIAL_MISSING' }),
    )
  })
})
