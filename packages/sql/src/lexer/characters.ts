/**
 * The characters of SQL outside of literals, comments and quoted names, by their UTF-16 code. All of them are ASCII: no
 * other character is white space or a part of a word. The code of a place beyond the end is `NaN`, which belongs to none.
 */
export const isBlank = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9

export const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** Letters and `_`. */
export const startsWord = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95

export const isWordPart = (code: number): boolean => startsWord(code) || isDigit(code) || code === 36

/** Where the blanks that begin at a place end, exclusive. */
export const endOfBlanks = (text: string, start: number): number => {
  let end = start + 1
  while (isBlank(text.charCodeAt(end))) end += 1
  return end
}

/** Where the word that begins at a place ends, exclusive. */
export const endOfWord = (text: string, start: number): number => {
  let end = start + 1
  while (isWordPart(text.charCodeAt(end))) end += 1
  return end
}
