/** The part of an encoding that does not depend on what stands before and behind the text. */
const inside = (text: string, encoding: 'base64' | 'base64url'): string[] =>
  [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]).toString(encoding)
    const from = offset === 0 ? 0 : 4
    return encoded.replace(/=+$/, '').slice(from, encoded.replace(/=+$/, '').length - 2)
  })

const percent = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('')

/** How a text can stand in a file, an answer or a log: as it is and encoded, wherever in an encoded text it begins. */
export const formsOf = (text: string): readonly string[] => [
  ...new Set([
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    percent(text),
    Buffer.from(text).toString('hex'),
    ...inside(text, 'base64'),
    ...inside(text, 'base64url'),
  ]),
]

/** The forms of these texts that stand in a haystack. */
export const findForms = (haystack: Buffer, texts: readonly string[]): string[] =>
  texts.flatMap((text) =>
    formsOf(text)
      .filter((form) => haystack.includes(form))
      .map((form) => `${text} as ${form}`),
  )
