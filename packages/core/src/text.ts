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
 * half of a surrogate pair. Bounded by `most`, in UTF-16 code units.
 */
export const lineText = (most: number) => z.string().max(most).regex(ONE_LINE, HIDDEN)

/** The same with line feeds and tabs, for what a person or an agent explains. */
export const proseText = (most: number) => z.string().max(most).regex(LINES, HIDDEN)

/** Text that is kept as it was sent, such as SQL. Only what no database can store is refused. */
export const exactText = (most: number) =>
  z.string().max(most).regex(STORABLE, 'must be well-formed Unicode without NUL')

/** Whether `lineText` would accept a text of any length. */
export const isLineText = (text: string): boolean => ONE_LINE.test(text)
