import type { ReadConstruct } from './read-construct.ts'

const SIGNS = new Set(['*', '.', ',', '(', ')'])

/**
 * `{*}`, `{t.*}` and `{* EXCLUDE c}` make an object of columns, as OBJECT_CONSTRUCT does. Whatever else stands in the
 * braces is left to the parser, which refuses it: in `{*, 'k': c}` it would take `c` for a key of a path.
 * Source: Snowflake, OBJECT constants.
 */
export const readObjectOfColumns: ReadConstruct = (at, reader) => {
  let star = at + 1
  while (reader.isName(star) && reader.sign(star + 1) === '.') star += 2
  const end = reader.closing(at)
  if (reader.sign(star) !== '*' || end < 0) return []
  for (let index = star; index < end; index += 1) {
    const isPattern = reader.tokens[index]?.kind === 'string' && reader.word(index - 1) === 'ILIKE'
    if (!isPattern && !reader.isName(index) && !SIGNS.has(reader.sign(index))) return []
  }
  return [
    { from: at, to: at + 1, instead: 'OBJECT_CONSTRUCT(' },
    { from: end, to: end + 1, instead: ')' },
  ]
}
