import { expect, test } from 'vitest'
import { lex } from './lex.ts'
import { findExceededLimit, limits } from './limits.ts'

const codeOf = (text: string) => findExceededLimit(lex(text))?.code ?? null

test.each([
  [
    'too many bytes, also when there are fewer characters',
    `select '${'é'.repeat(limits.bytes / 2)}'`,
    'text-too-large',
  ],
  ['too many tokens', `select ${'1,'.repeat(20_001)}1`, 'too-many-tokens'],
  ['a long chain of AND', `select a${' and a'.repeat(401)}`, 'too-many-operators'],
  ['a long chain of casts', `select a${'::int'.repeat(401)}`, 'too-many-operators'],
  ['a long chain of UNION', `select 1${' union all select 1'.repeat(401)}`, 'too-many-operators'],
  ['a long chain of subscripts', `select a${'[0]'.repeat(401)}`, 'too-many-operators'],
  ['deep brackets', `select ${'('.repeat(41)}1${')'.repeat(41)}`, 'too-deeply-nested'],
  ['deep CASE', `select ${'case when a then '.repeat(41)}1`, 'too-deeply-nested'],
])('%s is refused', (_, text, code) => {
  expect(codeOf(text)).toBe(code)
})

test.each([
  ['a long list', `select a from t where a in (${'1,'.repeat(15_000)}1)`],
  ['many conditions of few operators', `select ${'a + b, '.repeat(3_000)}a`],
  ['many CASE expressions one after the other', `select ${'case when a then b end, '.repeat(1_000)}a`],
  ['brackets side by side', `select ${'(1), '.repeat(5_000)}1`],
])('%s is within the limits', (_, text) => {
  expect(codeOf(text)).toBeNull()
})
