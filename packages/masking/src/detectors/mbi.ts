import { type Claim, claim, isWordAt, matchAt } from './scan.ts'

const LETTER = '[AC-HJKMNP-RT-Y]'
const EITHER = '[0-9AC-HJKMNP-RT-Y]'

/** A Medicare beneficiary identifier by its eleven positions (CMS): no S, L, O, I, B or Z; dashes are for reading. */
const form = new RegExp(`[1-9]${LETTER}${EITHER}\\d[- ]?${LETTER}${EITHER}\\d[- ]?${LETTER}{2}\\d{2}`, 'iy')

export const findMbi = (text: string, start: number): Claim | null =>
  matchAt(form, text, start) && !isWordAt(text, form.lastIndex) ? claim('mbi', start, form.lastIndex) : null
