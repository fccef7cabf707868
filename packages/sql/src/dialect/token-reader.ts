import type { Lexed, Token } from '../lexer/token.ts'
import type { Edit } from './edit.ts'

const OPENING = new Set(['(', '[', '{'])
const CLOSING = new Set([')', ']', '}'])

interface Brackets {
  /** For each token the number of the bracket in which it stands; -1 where it stands in none. */
  readonly around: Int32Array
  /** For each opening bracket the number of the one that closes it; -1 for everything else. */
  readonly closing: Int32Array
}

/** Looks at the tokens of a text by their number. Beyond either end there is nothing. */
export class TokenReader {
  readonly text: string
  readonly tokens: readonly Token[]
  #brackets: Brackets | null = null
  #words: ReadonlySet<string> | null = null

  constructor({ text, tokens }: Lexed) {
    this.text = text
    this.tokens = tokens
  }

  /** A word in upper case; empty for everything else. */
  word(index: number): string {
    return this.tokens[index]?.upper ?? ''
  }

  /** Whether the text has this word anywhere. */
  hasWord(word: string): boolean {
    this.#words ??= new Set(this.tokens.map(({ upper }) => upper))
    return this.#words.has(word)
  }

  /** Whether a name stands here, quoted or not. A keyword is one too. */
  isName(index: number): boolean {
    const kind = this.tokens[index]?.kind
    return kind === 'word' || kind === 'quoted'
  }

  /** An operator as it is written; empty for everything else. */
  sign(index: number): string {
    const token = this.tokens[index]
    return token?.kind === 'operator' ? this.text.slice(token.start, token.end) : ''
  }

  /** Everything as it is written. */
  written(index: number): string {
    const token = this.tokens[index]
    return token === undefined ? '' : this.text.slice(token.start, token.end)
  }

  /** The number of the bracket that closes the one that opens here; -1 where none does. */
  closing(index: number): number {
    return this.#readBrackets().closing[index] ?? -1
  }

  /** The number of the bracket in which this token stands; -1 where it stands in none. */
  opening(index: number): number {
    return this.#readBrackets().around[index] ?? -1
  }

  /**
   * Blanks instead of tokens, with their line breaks. Everything behind them keeps its UTF-16 offset, and not always its
   * line and column: the word may stand where a line break was.
   *
   * @param to - exclusive
   * @param word - stands at the beginning of the blanks; no longer than they are
   */
  blank(from: number, to: number, word = ''): Edit {
    const { start } = this.tokens[from]!
    const blanks = this.text.slice(start + word.length, this.tokens[to - 1]!.end).replace(/[^\r\n]/g, ' ')
    return { from, to, instead: word + blanks }
  }

  #readBrackets(): Brackets {
    if (this.#brackets !== null) return this.#brackets
    const around = new Int32Array(this.tokens.length).fill(-1)
    const closing = new Int32Array(this.tokens.length).fill(-1)
    const open: number[] = []
    for (let index = 0; index < this.tokens.length; index += 1) {
      const sign = this.sign(index)
      const opened = CLOSING.has(sign) ? open.pop() : undefined
      if (opened !== undefined) closing[opened] = index
      around[index] = open.at(-1) ?? -1
      if (OPENING.has(sign)) open.push(index)
    }
    this.#brackets = { around, closing }
    return this.#brackets
  }
}
