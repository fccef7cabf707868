import type { ReadConstruct } from './read-construct.ts'

/**
 * `a IS DISTINCT FROM b` compares two values, as `<>` does. The parser takes everything after FROM for its right side, so
 * that `x AND a IS DISTINCT FROM b OR c` seems to demand `x`.
 */
export const readDistinctFrom: ReadConstruct = (at, reader) => {
  const distinct = reader.word(at + 1) === 'NOT' ? at + 2 : at + 1
  const compares = reader.word(distinct) === 'DISTINCT' && reader.word(distinct + 1) === 'FROM'
  return compares ? [reader.blank(at, distinct + 2, '<>')] : []
}
