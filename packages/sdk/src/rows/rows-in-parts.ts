/** How much of a chunk's text is parsed at once: some hundred rows, which the collector forgets before they grow old. */
const PART_CHARACTERS = 65_536

/**
 * Parses the text of a chunk row after row: JSON arrays with commas between them, and no brackets around all.
 *
 * A place that looks like the end of a row may be inside of a string. What ends there does not parse, since its last
 * quotation mark or bracket is missing, and a longer part is tried.
 *
 * @returns the next row's cells, null behind the last one. Throws where the text is not JSON
 */
export const readInParts = (text: string): (() => unknown) => {
  let from = 0
  let part: readonly unknown[] = []
  let next = 0

  const parsePart = (): void => {
    for (let length = PART_CHARACTERS; ; length *= 2) {
      const cut = text.indexOf('],[', from + length)
      const end = cut === -1 ? text.length : cut + 1
      try {
        part = JSON.parse(`[${text.slice(from, end)}]`) as unknown[]
        from = end + 1
        return
      } catch (error) {
        if (cut === -1) throw error
      }
    }
  }

  return () => {
    if (next === part.length) {
      if (from >= text.length) return null
      next = 0
      part = []
      parsePart()
    }
    const row = part[next]
    next += 1
    return row
  }
}
