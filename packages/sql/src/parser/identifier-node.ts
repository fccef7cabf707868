import { upperCaseAscii } from '../lexer/identifier.ts'
import type { Place } from '../refusal.ts'
import { isObject, type Json, unknownSyntax } from './node.ts'

/** A name part that the parser read, folded as Snowflake stores it. */
export interface Identifier {
  readonly name: string
  /** `"` or `'` where it was quoted. */
  readonly quote: string | null
  readonly line: number
  readonly column: number
}

/** A name. Snowflake has no strings in the place of names: an alias in single quotes is refused. */
export const readIdentifier = (value: Json | undefined): Identifier => {
  const identifier = readWritten(value)
  return identifier.quote === null || identifier.quote === '"'
    ? identifier
    : unknownSyntax('a name in single quotes')
}

/** A name, or a string where the parser gives strings as names: a stage's location, the key of an object. */
export const readWritten = (value: Json | undefined): Identifier => {
  if (!isObject(value) || typeof value.value !== 'string') return unknownSyntax('a name')
  const quote = typeof value.quote_style === 'string' ? value.quote_style : null
  const span = isObject(value.span) ? value.span : null
  const start = span !== null && isObject(span.start) ? span.start : null
  return {
    name: quote === null ? upperCaseAscii(value.value) : value.value,
    quote,
    line: typeof start?.line === 'number' ? start.line : 0,
    column: typeof start?.column === 'number' ? start.column : 0,
  }
}

export const placeOf = ({ line, column }: Identifier): Place | null =>
  line > 0 ? { kind: 'point', line, column } : null
