import { expect, test } from 'vitest'
import { readInParts } from './rows-in-parts.ts'

const readAll = (text: string): unknown[] => {
  const read = readInParts(text)
  const rows: unknown[] = []
  for (let row = read(); row !== null; row = read()) rows.push(row)
  return rows
}

const whole = (text: string): unknown[] => JSON.parse(`[${text}]`) as unknown[]

test.each<[string, string]>([
  ['one row', '["a",null]'],
  ['rows of no columns', Array.from({ length: 100_000 }, () => '[]').join(',')],
  ['blanks between rows', Array.from({ length: 20_000 }, (_, row) => ` [ "${row}" ] `).join(',\n')],
  ['strings that look like the end of a row', `${JSON.stringify(['],['.repeat(90_000), '"],["'])},["b"]`],
  [
    'rows with every kind of escape',
    Array.from({ length: 9_000 }, (_, row) => JSON.stringify([`"],["\\${row}\n\u2028\ud83d`, null])).join(
      ',',
    ),
  ],
  [
    'lists in lists, which no result has',
    Array.from({ length: 9_000 }, (_, row) => JSON.stringify([[[row], ['],[']], [[]]])).join(','),
  ],
])('parts give the same rows as the whole: %s', (_name, text) => {
  expect(readAll(text)).toEqual(whole(text))
})

test('a string of nothing but row ends is read in a time that grows with its length', () => {
  const text = JSON.stringify(['],['.repeat(300_000)])
  let parses = 0
  const { parse } = JSON
  JSON.parse = (...given) => {
    parses += 1
    return parse(...given)
  }
  try {
    expect(readAll(text)).toHaveLength(1)
  } finally {
    JSON.parse = parse
  }
  expect(parses).toBeLessThan(10)
})

test('a text that ends in the middle of a row throws, and gives no half of one', () => {
  const read = readInParts('["a"],["b"')
  expect(() => read()).toThrow(SyntaxError)
})
