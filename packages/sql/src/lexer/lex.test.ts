import { describe, expect, test } from 'vitest'
import { lex } from './lex.ts'

const kindsOf = (text: string) =>
  lex(text).tokens.map(({ kind, start, end }) => [kind, text.slice(start, end)])

describe('a strict lexer reads text as Snowflake does', () => {
  test('strings end at a quote that is neither doubled nor escaped', () => {
    expect(kindsOf(String.raw`'it''s \' here' x`)).toEqual([
      ['string', String.raw`'it''s \' here'`],
      ['word', 'x'],
    ])
  })

  test('dollar strings hold anything, comment marks included', () => {
    expect(kindsOf("$$ -- ' /* $$ x")).toEqual([
      ['string', "$$ -- ' /* $$"],
      ['word', 'x'],
    ])
  })

  test('block comments do not nest', () => {
    expect(kindsOf('/* /* */ a */')).toEqual([
      ['word', 'a'],
      ['operator', '*'],
      ['operator', '/'],
    ])
  })

  test('two slashes start a comment, except in the location of PUT and GET', () => {
    expect(kindsOf('select a // b')).toEqual([
      ['word', 'select'],
      ['word', 'a'],
    ])
    expect(kindsOf('put file:///tmp/a.csv @~')).toEqual([
      ['word', 'put'],
      ['file', 'file:///tmp/a.csv'],
      ['stage', '@~'],
    ])
    expect(kindsOf('select file://b')).toEqual([
      ['word', 'select'],
      ['word', 'file'],
      ['operator', ':'],
    ])
  })

  test('a dot in front of digits belongs to the name before it', () => {
    expect(kindsOf('a.1 + .5')).toEqual([
      ['word', 'a'],
      ['operator', '.'],
      ['number', '1'],
      ['operator', '+'],
      ['number', '.5'],
    ])
  })

  test('columns by position, variables and binds are placeholders', () => {
    expect(kindsOf('$1 $name ?').map(([kind]) => kind)).toEqual(['placeholder', 'placeholder', 'placeholder'])
  })
})

test.each([
  ['a hash', 'select 1 # x', 'unreadable-character', 9],
  ['a backtick', 'select `a`', 'unreadable-character', 7],
  ['a no-break space', 'select\u00a01', 'unreadable-character', 6],
  ['a smart quote', 'select ‘a’', 'unreadable-character', 7],
  ['a zero-width space', 'sel\u200bect', 'unreadable-character', 3],
  ['a byte order mark', '\ufeffselect 1', 'unreadable-character', 0],
  ['a full-width letter', 'select ａ', 'unreadable-character', 7],
  ['half of a character', "select '\ud800'", 'unreadable-character', 0],
  ['a NUL in a string', "select 'a\0'", 'unreadable-character', 9],
  ['an E string', "select E'a'", 'prefixed-string', 7],
  ['an N string', "select N'a'", 'prefixed-string', 7],
  ['a tagged string', 'select $tag$a$tag$', 'tagged-string', 7],
  ['an open string', "select 'a", 'unterminated-string', 7],
  ['an open dollar string', 'select $$a', 'unterminated-string', 7],
  ['an open name', 'select "a', 'unterminated-identifier', 7],
  ['an open comment', 'select /* a', 'unterminated-comment', 7],
  ['a carriage return in a line comment', 'select 1 -- a\rfrom b', 'ambiguous-comment', 9],
  ['a comment in a stage', 'select 1 from @st//x, patients', 'comment-in-stage', 14],
  ['a number that runs into a name', 'select 1a', 'ambiguous-number', 7],
])('%s is a problem at its place', (_, text, code, offset) => {
  expect(lex(text).problem).toEqual({ code, offset })
})

test.each([
  "select x'00ff'",
  "select date'2020-01-01'",
  'select "ａ ‘b’"',
  "select '‘ａ\u00a0’'",
  '-- ends with CR LF\r\nselect 1',
  'select a$b, 1.5e-3, v:a[0]."b"::int',
])('%s is no problem', (text) => {
  expect(lex(text).problem).toBeNull()
})

test('the tokens and comments of any text cover everything but white space', () => {
  const text = "select a /* b */ from @st/x -- c\n where d = 'e' and # \"f"
  const { tokens, comments } = lex(text)
  const covered = new Set(
    [...tokens, ...comments].flatMap(({ start, end }) =>
      Array.from({ length: end - start }, (_, i) => start + i),
    ),
  )
  expect([...text].filter((character, index) => !covered.has(index) && character.trim() !== '')).toEqual([])
})
