import { describe, expect, it } from 'vitest'
import { displayText, unseenCharacters } from './display-text.ts'

describe('a text for the eyes', () => {
  it.each([
    ['the order of the letters is turned', 'a\u202Eb', 'a⟨U+202E⟩b'],
    ['an embedding', '\u202A\u202B\u202C\u202D', '⟨U+202A⟩⟨U+202B⟩⟨U+202C⟩⟨U+202D⟩'],
    ['an isolate', '\u2066\u2067\u2068\u2069', '⟨U+2066⟩⟨U+2067⟩⟨U+2068⟩⟨U+2069⟩'],
    ['marks of direction', '\u200E\u200F\u061C', '⟨U+200E⟩⟨U+200F⟩⟨U+061C⟩'],
    ['no width', '\u200B\u200C\u200D\u2060\uFEFF', '⟨U+200B⟩⟨U+200C⟩⟨U+200D⟩⟨U+2060⟩⟨U+FEFF⟩'],
    ['a soft hyphen', 'SS\u00ADN', 'SS⟨U+00AD⟩N'],
    ['an escape of the terminal', '\u001B[2J', '⟨U+001B⟩[2J'],
    ['a return that writes over the line', 'drop\rread', 'drop⟨U+000D⟩read'],
    ['a backspace', 'a\bb', 'a⟨U+0008⟩b'],
    ['a C1 control', '\u009B31m', '⟨U+009B⟩31m'],
    ['tags, which spell a hidden text', '\u{E0041}', '⟨U+E0041⟩'],
    ['selectors', 'a\uFE0F\u{E0100}', 'a⟨U+FE0F⟩⟨U+E0100⟩'],
    ['spaces that are no space', '\u00A0\u3000\u2003', '⟨U+00A0⟩⟨U+3000⟩⟨U+2003⟩'],
    ['letters without a shape', '\u3164\u115F\u2800\u034F', '⟨U+3164⟩⟨U+115F⟩⟨U+2800⟩⟨U+034F⟩'],
    ['separators of lines', '\u2028\u2029\u0085', '⟨U+2028⟩⟨U+2029⟩⟨U+0085⟩'],
    ['private and unassigned', '\uE000\u{10FFFF}', '⟨U+E000⟩⟨U+10FFFF⟩'],
    ['half a pair', 'a\uD800b', 'a⟨U+D800⟩b'],
  ])('shows %s', (_what, text, shown) => {
    expect(displayText(text)).toBe(shown)
    expect(displayText(shown)).toBe(shown)
    expect(unseenCharacters(text).length).toBeGreaterThan(0)
    expect(unseenCharacters(shown)).toEqual([])
  })

  it('leaves what is seen as it is', () => {
    for (const text of ["select 'Zoë Müller'\n\t, 'héllo'", '東京', 'עברית', 'Ελληνικά', 'e\u0301', '😀'])
      expect(displayText(text)).toBe(text)
  })

  it('names each character once', () => {
    expect(unseenCharacters('a\u202Eb\u202Ec\u200B')).toEqual(['U+202E', 'U+200B'])
  })
})
