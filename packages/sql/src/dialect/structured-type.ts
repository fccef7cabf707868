import type { ReadConstruct } from './read-construct.ts'
import type { TokenReader } from './token-reader.ts'

/** Stands for a structured type. Snowflake has no type of this name, so whatever becomes one may fail. */
const UNKNOWN_TYPE = 'typed'
const CASTS = new Set(['CAST', 'TRY_CAST'])

/**
 * `ARRAY(NUMBER)`, `OBJECT(a VARCHAR NOT NULL)` and `MAP(VARCHAR, ARRAY(INT))` where a type stands.
 * Source: Snowflake, Structured data types.
 */
export const readStructuredType: ReadConstruct = (at, reader) => {
  if (reader.sign(at + 1) !== '(' || !standsAsType(at, reader)) return []
  const end = endOfType(at, reader)
  return end < 0 ? [] : [reader.blank(at, end, UNKNOWN_TYPE)]
}

/** A text type with empty brackets has no length. */
export const readTypeWithoutLength: ReadConstruct = (at, reader) =>
  reader.sign(at + 1) === '(' && reader.sign(at + 2) === ')' && standsAsType(at, reader)
    ? [reader.blank(at + 1, at + 3)]
    : []

/** After `::`, at the end of a CAST, or after the name of a column that a statement makes. */
const standsAsType = (at: number, reader: TokenReader): boolean => {
  if (reader.sign(at - 1) === '::') return true
  const opening = reader.opening(at)
  if (reader.word(at - 1) === 'AS') return CASTS.has(reader.word(opening - 1))
  return definesTable(reader) && namesColumn(at - 1, opening, reader)
}

const definesTable = (reader: TokenReader): boolean =>
  (reader.word(0) === 'CREATE' || reader.word(0) === 'ALTER') && !reader.hasWord('SELECT')

const BEFORE_A_COLUMN = new Set(['COLUMN', 'ADD', 'EXISTS'])

const namesColumn = (at: number, opening: number, reader: TokenReader): boolean =>
  reader.isName(at) &&
  (at - 1 === opening || reader.sign(at - 1) === ',' || BEFORE_A_COLUMN.has(reader.word(at - 1)))

/** The number of the token behind a type; -1 where something stands there that is no part of one. */
const endOfType = (at: number, reader: TokenReader): number => {
  const type = reader.word(at)
  if (type === '') return -1
  if (reader.sign(at + 1) !== '(') return at + 1
  const closing = reader.closing(at + 1)
  for (let next = at + 2; next < closing; ) {
    const end = endOfPart(type, next, reader)
    if (end < 0 || end > closing || (end < closing && reader.sign(end) !== ',')) return -1
    next = end + 1
  }
  return closing < 0 ? -1 : closing + 1
}

/** One of the parts between the brackets: a key with its type, a type of elements, or a number. */
const endOfPart = (type: string, at: number, reader: TokenReader): number => {
  if (reader.tokens[at]?.kind === 'number') return at + 1
  if (type === 'OBJECT' && !reader.isName(at)) return -1
  const end = endOfType(type === 'OBJECT' ? at + 1 : at, reader)
  return end > 0 && reader.word(end) === 'NOT' && reader.word(end + 1) === 'NULL' ? end + 2 : end
}
