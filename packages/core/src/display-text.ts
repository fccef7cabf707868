// What is written and not seen, or seen elsewhere than it stands: controls but for line feed and tab, formats (zero-width
// characters, U+202A to U+202E, U+2066 to U+2069, tags), separators but for the space, what is not assigned or private,
// halves of a pair, variation selectors, and letters without a shape.
const unseen =
  /(?![\n\t])[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}|[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]|\p{Variation_Selector}/gu

const codePointOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/**
 * A text as a person may be shown it: in place of every character that cannot be seen, or that changes the order in which
 * others are, its code point, such as `⟨U+202E⟩`. For the eyes only: what is hashed and runs is the text itself.
 */
export const displayText = (text: string): string =>
  text.replace(unseen, (character) => `⟨${codePointOf(character)}⟩`)

/** The code points of such characters in a text, each once, in their order. */
export const unseenCharacters = (text: string): readonly string[] => [
  ...new Set((text.match(unseen) ?? []).map(codePointOf)),
]
