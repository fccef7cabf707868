import { describe, expect, test } from 'vitest'
import { ParseFailure, ParserEngine, ParseTimeout } from './engine.ts'

const engine = await ParserEngine.load()

describe('the parser engine', () => {
  test('gives a tree of plain objects, with quoted names and numbers as they are', () => {
    const tree = JSON.stringify(engine.parse('select "a""b", 12 from t where c = \'é\''))
    expect(tree).toContain('"value":"a\\"b","quote_style":"\\""')
    expect(tree).toContain('"Number":["12",false]')
    expect(tree).toContain('é')
    expect(tree).toContain('"line":1')
  })

  test('texts are read as they are while the memory of an instance grows', async () => {
    const fresh = await ParserEngine.load()
    for (let count = 1; count <= 4_096; count *= 4) {
      const names = Array.from({ length: count }, (_, index) => `é_${index}`)
      const tree = JSON.stringify(fresh.parse(`select ${names.map((name) => `"${name}"`).join(', ')}`))
      expect(Array.from(tree.matchAll(/"value":"(é[^"]*)"/g), ([, name]) => name)).toEqual(names)
    }
  })

  test('names the place of a syntax error', () => {
    expect(() => engine.parse('select 1\nfrom ;,')).toThrow(ParseFailure)
    try {
      engine.parse('select 1\nfrom ;,')
    } catch (error) {
      expect(error).toMatchObject({ line: 2, column: 6 })
    }
  })

  test('an instance that dies is replaced, and the next text is parsed', () => {
    const before = engine.instances
    expect(() => engine.parse(`select a${' and a'.repeat(20_000)}`)).toThrow()
    expect(engine.parse('select 1')).toHaveLength(1)
    expect(engine.instances).toBe(before + 1)
  })

  test('a costly text that does not come to an end is given up, and the next one is tried again', () => {
    expect(() => engine.parse(`select ${'position('.repeat(30)}::`, true)).toThrow(ParseTimeout)
    expect(() => engine.parse(`select ${'position('.repeat(30)}::`, true)).toThrow(ParseTimeout)
    expect(engine.parse(`select ${'('.repeat(20)}1${')'.repeat(20)}`, true)).toHaveLength(1)
  })

  test('a costly text that kills the parser is told by the parser itself', () => {
    expect(() => engine.parse(`select a${' and a'.repeat(20_000)}`, true)).toThrow()
    expect(engine.parse('select 1', true)).toHaveLength(1)
  })
})
