export interface FoldedText {
  /** The text with every digit, dash and space in its ASCII form and without invisible characters. */
  readonly text: string
  /** The place in the original text of a place in the folded one. The end of the text is a place too. */
  originalIndex(index: number): number
}

const sameIndex = (index: number) => index

/** Characters beyond this may be digits, dashes, spaces or invisible. Below it are only plain ASCII ones. */
const LAST_PLAIN = 0x7f

const isPlain = (text: string): boolean => {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > LAST_PLAIN) return false
  return true
}

const folds = new Map<string, string>()
const LARGEST_TABLE = 4_096

/** Decimal digits come in runs of ten from zero on, so the value of one is its distance from the start of its run. */
const asciiDigit = (character: string): string => {
  const compatible = character.normalize('NFKC')
  if (compatible >= '0' && compatible <= '9') return compatible
  const code = character.codePointAt(0)!
  let zero = code
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1
  return String(code - zero)
}

const fold = (character: string): string => {
  if (/\p{Nd}/u.test(character)) return asciiDigit(character)
  if (/[\p{Pd}\u2212]/u.test(character)) return '-'
  if (/\p{Z}/u.test(character)) return ' '
  if (/[\u2018-\u201b\u02bc\u2032\u00b4]/u.test(character)) return "'"
  if (/[\u201c-\u201f\u2033\u00ab\u00bb]/u.test(character)) return '"'
  if (/[\u2044\u2215\u29f8]/u.test(character)) return '/'
  if (/[\u00b7\u2022\u2219\u22c5\u3002]/u.test(character)) return '.'
  if (/\p{M}|\p{Cf}|\p{Variation_Selector}|\p{Default_Ignorable_Code_Point}/u.test(character)) return ''
  // Full-width and styled letters, circled and bracketed digits: the one ASCII character underneath.
  const compatible = character.normalize('NFKC').replace(/^\((.)\)$/, '$1')
  if (/^[\x20-\x7e]$/.test(compatible)) return compatible
  return /[\p{P}\p{S}\p{Cc}]/u.test(character) ? ';' : character
}

const foldOnce = (character: string): string => {
  const known = folds.get(character)
  if (known !== undefined) return known
  const folded = fold(character)
  if (folds.size < LARGEST_TABLE) folds.set(character, folded)
  return folded
}

/**
 * Brings a text into the form that the detectors read, so that a number written with other digits, another dash
 * or an invisible character between its parts is still seen. ASCII text is returned as it is.
 */
export const foldText = (text: string): FoldedText => {
  if (isPlain(text)) return { text, originalIndex: sameIndex }
  // INVARIANT: a folded character is never longer than the character was.
  const places = new Uint32Array(text.length + 1)
  const parts: string[] = []
  let length = 0
  let index = 0
  for (const character of text) {
    const folded = character.charCodeAt(0) > LAST_PLAIN ? foldOnce(character) : character
    for (let offset = 0; offset < folded.length; offset += 1) places[length + offset] = index
    length += folded.length
    parts.push(folded)
    index += character.length
  }
  places[length] = text.length
  return { text: parts.join(''), originalIndex: (place) => places[place]! }
}
