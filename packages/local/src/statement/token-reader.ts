import { syntaxError } from '../snowflake-error.ts'
import type { Token } from '../sql/lexer.ts'

/** Reads the words of a command from left to right. Everything that is left over is a syntax error. */
export class TokenReader {
  readonly #tokens: readonly Token[]
  #index = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get next(): Token | undefined {
    return this.#tokens[this.#index]
  }

  get rest(): readonly Token[] {
    return this.#tokens.slice(this.#index)
  }

  /** Takes the words if they all come next, in upper case and unquoted. */
  take(...words: string[]): boolean {
    const found = words.every((word, offset) => {
      const token = this.#tokens[this.#index + offset]
      return token?.value === word && token.kind !== 'quoted' && token.kind !== 'string'
    })
    if (found) this.#index += words.length
    return found
  }

  expect(...words: string[]): void {
    if (!this.take(...words)) throw this.unexpected()
  }

  advance(): Token {
    const token = this.next
    if (!token) throw this.unexpected()
    this.#index++
    return token
  }

  /** One name, as Snowflake stores it. */
  name(): string {
    const token = this.advance()
    if (token.kind !== 'word' && token.kind !== 'quoted') throw this.unexpected(token)
    return token.value
  }

  /** `a`, `a.b` or `a.b.c`. */
  nameParts(): string[] {
    const parts = [this.name()]
    while (parts.length < 3 && this.take('.')) parts.push(this.name())
    return parts
  }

  string(): string {
    const token = this.advance()
    if (token.kind !== 'string') throw this.unexpected(token)
    return token.value
  }

  end(): void {
    if (this.next) throw this.unexpected()
  }

  unexpected(token: Token | undefined = this.next) {
    const at = token
      ? `at position ${token.start} unexpected '${token.kind === 'string' ? "'…'" : token.text}'`
      : 'unexpected end'
    return syntaxError(`syntax error line 1 ${at}.`)
  }
}
