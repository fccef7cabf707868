import { type Claim, claim, matchAt } from './scan.ts'

const LONGEST_LOCAL = 64
const domain =
  / ?(?:(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}\p{L}[\p{L}\p{N}-]{1,23}|\[[\d.:a-f]{3,45}\])/iuy

/** Characters of an unquoted local part (RFC 5322), letters of other scripts included (RFC 6531). */
const isLocal = (character: string): boolean => /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]/u.test(character)

/** The e-mail address around the `@` (or what is written instead of it) from `at` to `atEnd`. */
const findAround = (
  text: string,
  at: number,
  atEnd: number,
  from: number,
  { host = domain, longest = LONGEST_LOCAL }: { host?: RegExp; longest?: number } = {},
): Claim | null => {
  let localEnd = at
  if (text[localEnd - 1] === ' ') localEnd -= 1
  let start = localEnd
  const least = Math.max(from, localEnd - longest)
  if (text[localEnd - 1] === '"') {
    const leastQuote = Math.max(from, localEnd - LONGEST_LOCAL)
    let quote = localEnd - 2
    while (quote >= leastQuote && text[quote] !== '"') quote -= 1
    if (quote < leastQuote) return null
    start = quote
  } else {
    while (start > least && isLocal(text[start - 1]!)) start -= 1
    while (start < localEnd && /['/.{|}*`~]/.test(text[start]!)) start += 1
  }
  if (start === localEnd) return null
  return matchAt(host, text, atEnd) ? claim('email', start, host.lastIndex) : null
}

// An `@` is never passed on the way back to the start of the local part, so that way needs no bound.
export const findEmail = (text: string, at: number, from: number): Claim | null =>
  findAround(text, at, at + 1, from, { longest: text.length })

const spelledAt = /[([{<] ?at ?[)\]}>]/iy
const spelledDomain = /at [a-z0-9-]{1,40}(?: ?(?:\(dot\)|\[dot\]|dot) ?[a-z0-9-]{2,40}){1,4}/iy

const bracketedDots = / ?[a-z0-9-]{1,40}(?: ?[([{] ?(?:dot|\.) ?[)\]}] ?[a-z0-9-]{2,40}){1,5}/iy

/** `name (at) example.org`: `open` is the place of the bracket. */
export const findSpelledEmail = (text: string, open: number, from: number): Claim | null =>
  matchAt(spelledAt, text, open)
    ? (findAround(text, open, spelledAt.lastIndex, from, { host: bracketedDots }) ??
      findAround(text, open, spelledAt.lastIndex, from))
    : null

/** `name%40example.org`, as an address looks inside a web address: `percent` is the place of the `%`. */
export const findEncodedEmail = (text: string, percent: number, from: number): Claim | null =>
  text.startsWith('%40', percent) ? findAround(text, percent, percent + 3, from) : null

/** `name at example dot org`, `name_at_example.org`: `at` is the place of the word. */
export const findSpokenEmail = (text: string, at: number, from: number): Claim | null => {
  if (text[at - 1] === '_' && text[at + 2] === '_') return findAround(text, at - 1, at + 3, from)
  if (!matchAt(spelledDomain, text, at) || text[at - 1] !== ' ') return null
  const end = spelledDomain.lastIndex
  let start = at - 1
  while (start > Math.max(from, at - LONGEST_LOCAL) && isLocal(text[start - 1]!)) start -= 1
  return start < at - 1 ? claim('email', start, end) : null
}
