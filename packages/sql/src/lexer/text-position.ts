/** 1-based; columns count code points. */
export interface TextPosition {
  readonly line: number
  readonly column: number
}

/** Translates between offsets (UTF-16 units, as the lexer counts) and lines with columns (as people and the parser do). */
export class TextPositions {
  readonly #text: string
  readonly #lineStarts: number[] = [0]

  constructor(text: string) {
    this.#text = text
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1)
  }

  /** The offset of a line and column, or -1 when the text has no such place. */
  offsetAt(line: number, column: number): number {
    const start = this.#lineStarts[line - 1]
    if (start === undefined || column < 1) return -1
    const end = this.#lineStarts[line] ?? this.#text.length
    let offset = start
    // Most lines have no character outside the basic plane, where both countings agree.
    if (!/[\ud800-\udbff]/.test(this.#text.slice(start, end))) return Math.min(start + column - 1, end)
    for (let left = column - 1; left > 0 && offset < end; left -= 1) {
      offset += this.#text.codePointAt(offset)! > 0xffff ? 2 : 1
    }
    return offset
  }

  positionAt(offset: number): TextPosition {
    let low = 0
    let high = this.#lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#lineStarts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    const before = this.#text.slice(this.#lineStarts[low], offset)
    return { line: low + 1, column: [...before].length + 1 }
  }
}
