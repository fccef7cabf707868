import { expect, test } from 'vitest'
import { lex } from './lex.ts'
import { stripComments } from './strip-comments.ts'

test('comments become blanks, so that everything else keeps its line and column', () => {
  const text = 'select /* a\nb */ 1 -- c\r\nfrom d // e'
  const stripped = stripComments(lex(text))
  expect(stripped).toBe('select     \n     1     \r\nfrom d     ')
  expect(stripped).toHaveLength(text.length)
})

test('comment marks in strings and names are text', () => {
  const text = `select '--', "/*", $$//$$`
  expect(stripComments(lex(text))).toBe(text)
})
