import { expect, test } from 'vitest'
import { lex } from '../lexer/lex.ts'
import { adaptText } from './adapt-text.ts'

const adapt = (text: string): string => adaptText(text, lex(text)).text

test('what the parser reads as it is written stays as it is', () => {
  for (const text of [
    'select array(1), object, map from directed join t',
    "select a from t where b like 'all' and window = 1",
    'select final, running(x), pattern(a+) from t',
    "select {'a': 1, 'b': x * 2}, {} from t",
    'begin',
    "select extract('x' from y), identifier('t.c'), identifier('f')",
  ])
    expect(adapt(text)).toBe(text)
})

test('what is left out leaves blanks and its line breaks, so that all else keeps its place', () => {
  const text = "select x::object(a\n  number), y from t left\ndirected join u where z like all ('a')"
  const adapted = adapt(text)
  expect(adapted).toBe("select x::typed   \n         , y from t left\n         join u where z like ANY ('a')")
  expect(adapted).toHaveLength(text.length)
})

test('a type holds types, names and numbers, and nothing that is computed', () => {
  for (const inside of ['a (select b from t)', 'a varchar default f(b)', "'a' varchar", 'a', 'a b c'])
    expect(adapt(`select x::object(${inside})`)).not.toContain('typed')
})

test('brackets without an end, and words without what belongs to them, are left to the parser', () => {
  for (const text of [
    'select x::array(',
    '{',
    '{*',
    'like all',
    'window',
    'unpivot (a for b in (',
    'pattern ($',
    'identifier(',
  ])
    expect(adapt(text)).toBe(text)
})

test('thousands of constructs take no longer than one after the other', () => {
  const many = 10_000
  expect(adapt(`select ${'x::array(int), '.repeat(many)}1`)).toContain('typed')
  expect(adapt(`from a ${'window w as (x) '.repeat(many)}`)).toContain('WHERE TRUE')
  expect(adapt(`create table t (${'c array(int), '.repeat(many)}d int)`)).toContain('typed')
})
