import type { RefusalCode } from '../refusal-reasons.ts'

const TYPOGRAPHIC_QUOTES = new Set('‘’‚‛“”„‟«»‹›′″')
const INVISIBLE = /[\s\p{Cf}\p{Z}]/u

/** What the character is that stands where plain SQL does not have it. */
export const nameCharacter = (text: string, offset: number): RefusalCode => {
  const character = String.fromCodePoint(text.codePointAt(offset) ?? 0)
  if (text.startsWith('```', offset)) return 'markdown-fence'
  if (character === '`') return 'backtick'
  if (character === '#') return 'hash-sign'
  if (TYPOGRAPHIC_QUOTES.has(character)) return 'typographic-quote'
  if (INVISIBLE.test(character)) return 'invisible-character'
  return 'unreadable-character'
}
