import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createSealer } from './sealer.ts'

describe('a sealed text', () => {
  const rootKey = new Uint8Array(randomBytes(32))
  const sealer = createSealer(rootKey)

  it('comes back unchanged under the same key and context', () => {
    const sealed = sealer.seal("select '000-12-3456' -- é", 'approval:1')
    expect(createSealer(rootKey).open(sealed, 'approval:1')).toBe("select '000-12-3456' -- é")
    expect(sealed).not.toContain('3456')
  })

  it('is never the same twice', () => {
    expect(sealer.seal('same', 'same')).not.toBe(sealer.seal('same', 'same'))
  })

  it('does not open in the place of another, or under another key', () => {
    const sealed = sealer.seal('text', 'approval:1')
    expect(() => sealer.open(sealed, 'approval:2')).toThrow()
    expect(() => createSealer(new Uint8Array(randomBytes(32))).open(sealed, 'approval:1')).toThrow()
  })

  it('does not open when any part of it was changed, cut or left out', () => {
    const parts = sealer.seal('a text of some length', 'c').split('.')
    for (const index of parts.keys()) {
      const flipped = parts.map((part, at) =>
        at === index ? (part.startsWith('A') ? 'B' : 'A') + part.slice(1) : part,
      )
      const cut = parts.map((part, at) => (at === index ? part.slice(0, -4) : part))
      const without = parts.filter((_, at) => at !== index)
      for (const changed of [flipped, cut, without])
        expect(() => sealer.open(changed.join('.'), 'c')).toThrow()
    }
  })

  it('shares no key with what is derived for another use', () => {
    expect(Buffer.from(sealer.deriveKey('one')).equals(sealer.deriveKey('two'))).toBe(false)
    expect(sealer.deriveKey('one')).toEqual(createSealer(rootKey).deriveKey('one'))
    expect(Buffer.from(sealer.deriveKey('one')).equals(rootKey)).toBe(false)
  })
})
