/** 1-based; columns count code points. */
export interface TextPosition {
  readonly line: number
  readonly column: number
}

/** Translates offsets (UTF-16 units, as the lexer counts) to lines and columns (as people and the parser do). */
export class TextPositions {
  readonly #text: string
  readonly #lineStarts: number[] = [0]

  constructor(text: string) {
    this.#text = text
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1)
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

  /** Null for a line that the text does not have. */
  offsetAt({ line, column }: TextPosition): number | null {
    let offset = this.#lineStarts[line - 1]
    if (offset === undefined) return null
    for (let left = column - 1; left > 0; left -= 1)
      offset += (this.#text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1
    return offset
  }
}
