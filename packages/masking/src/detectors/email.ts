const LONGEST_LOCAL = 64
const domain =
  /(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}[\p{L}][\p{L}\p{N}-]{1,23}|\[[\d.:a-fA-F]{3,45}\]/uy

/** Characters of an unquoted local part (RFC 5322 atext and dots), letters of other scripts included (RFC 6531). */
const isLocal = (character: string): boolean => /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]/u.test(character)

/** The place of the e-mail address around the `@` at this place. */
export const findEmail = (text: string, at: number, from: number): { start: number; end: number } | null => {
  let start = at
  const least = Math.max(from, at - LONGEST_LOCAL)
  if (text[at - 1] === '"') {
    let quote = at - 2
    while (quote >= least && text[quote] !== '"') quote -= 1
    if (quote < least) return null
    start = quote
  } else {
    while (start > least && isLocal(text[start - 1]!)) start -= 1
    while (start < at && /['/.{|}*`~]/.test(text[start]!)) start += 1
  }
  if (start === at) return null
  domain.lastIndex = at + 1
  const match = domain.exec(text)
  return match === null ? null : { start, end: domain.lastIndex }
}
