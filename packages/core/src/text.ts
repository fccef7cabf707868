import * as z from 'zod'

// Controls, halves of a surrogate pair, line and paragraph separators, and formats: bidirectional marks, tags, zero-width
// spaces. Of the formats, the two joiners stay: scripts such as Devanagari and Persian are not written without them.
const CHARACTER = String.raw`[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Cf}]|[\u200c\u200d]`
const ONE_LINE = new RegExp(`^(?:${CHARACTER})*$`, 'u')
const LINES = new RegExp(String.raw`^(?:${CHARACTER}|[\n\t])*$`, 'u')
// PostgreSQL stores neither of the two.
const STORABLE = /^[^\0\p{Cs}]*$/u

const HIDDEN = 'must not hold control, bidirectional or other invisible characters'

/**
 * Text that somebody sends and somebody else reads, on one line: no control or bidirectional character, no NUL and no
 * half of a surrogate pair. At most `most` characters, counted as code points: zod and JSON Schema count so, and `😀` is one.
 */
export const lineText = (most: number) => z.string().max(most).regex(ONE_LINE, HIDDEN)

/** The same with line feeds and tabs, for what a person or an agent explains. */
export const proseText = (most: number) => z.string().max(most).regex(LINES, HIDDEN)

/** Text that is kept as it was sent, such as SQL. Only what no database can store is refused. */
export const exactText = (most: number) =>
  z.string().max(most).regex(STORABLE, 'must be well-formed Unicode without NUL')

/** The text itself, or its first `most` characters, counted as the schemas count them: code points, so no pair is cut. */
export const cutText = (text: string, most: number): string =>
  // A code point has at most two code units: what is behind them is never looked at.
  text.length <= most ? text : [...text.slice(0, 2 * most)].slice(0, most).join('')

/** Whether `lineText` would accept a text of any length. */
export const isLineText = (text: string): boolean => ONE_LINE.test(text)
