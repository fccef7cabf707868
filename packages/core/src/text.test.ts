import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { cutText, exactText, lineText, proseText } from './text.ts'

const line = lineText(20)
const prose = proseText(20)
const exact = exactText(20)

describe('the text of a field', () => {
  it.each(['', 'weekly report', 'Zoë', '東京', 'क्‍ष', '👩‍⚕️', 'O’Brien #7'])('may be %j', (text) => {
    for (const schema of [line, prose, exact]) expect(schema.safeParse(text).success).toBe(true)
  })

  it.each([
    ['NUL', 'a\0b'],
    ['a half of a pair', 'a\ud800b'],
    ['the other half', '\udc00'],
    ['a carriage return', 'a\rb'],
    ['an escape', '\u001b[2J'],
    ['a C1 control', 'a\u0085b'],
    ['a right-to-left override', 'a\u202eb'],
    ['an isolate', 'a\u2066b'],
    ['an Arabic letter mark', 'a\u061cb'],
    ['a line separator', 'a\u2028b'],
    ['a zero-width space', 'a\u200bb'],
    ['a byte order mark', '\ufeffa'],
    ['a tag', 'a\u{e0041}b'],
  ])('holds no %s', (_name, text) => {
    for (const schema of [line, prose]) expect(schema.safeParse(text).success).toBe(false)
  })

  it('has line feeds and tabs only where somebody explains', () => {
    expect(prose.safeParse('one\n\ttwo').success).toBe(true)
    expect(line.safeParse('one\ntwo').success).toBe(false)
    expect(line.safeParse('one\ttwo').success).toBe(false)
  })

  it('is kept as it is where it is a statement, but for what no database stores', () => {
    expect(exact.safeParse('a\r\u202eb').success).toBe(true)
    for (const text of ['a\0', '\ud800']) expect(exact.safeParse(text).success).toBe(false)
  })

  it('has an end', () => {
    for (const schema of [line, prose, exact]) {
      expect(schema.safeParse('x'.repeat(20)).success).toBe(true)
      expect(schema.safeParse('x'.repeat(21)).success).toBe(false)
    }
  })

  it('counts characters as code points, and says so in its JSON Schema, which counts them in the same way', () => {
    for (const schema of [line, prose, exact]) {
      expect(schema.safeParse('😀'.repeat(20)).success).toBe(true)
      expect(schema.safeParse('😀'.repeat(21)).success).toBe(false)
      expect(z.toJSONSchema(schema)).toMatchObject({ maxLength: 20 })
    }
  })
})

describe('a text that is cut', () => {
  it.each([
    ['x'.repeat(20), 'x'.repeat(20)],
    ['x'.repeat(21), 'x'.repeat(20)],
    ['😀'.repeat(20), '😀'.repeat(20)],
    ['😀'.repeat(1000), '😀'.repeat(20)],
    [`x${'😀'.repeat(30)}`, `x${'😀'.repeat(19)}`],
    [`${'x'.repeat(19)}😀y`, `${'x'.repeat(19)}😀`],
  ])('has as many characters as the schema takes: %s', (text, cut) => {
    expect(cutText(text, 20)).toBe(cut)
    for (const schema of [line, prose, exact]) expect(schema.safeParse(cutText(text, 20)).success).toBe(true)
  })
})
