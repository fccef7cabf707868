import type { ReadConstruct } from './read-construct.ts'

/**
 * `{*}`, `{t.*}` and `{* EXCLUDE c}` make an object of columns, as OBJECT_CONSTRUCT does.
 * Source: Snowflake, OBJECT constants.
 */
export const readObjectOfColumns: ReadConstruct = (at, reader) => {
  let star = at + 1
  while (reader.isName(star) && reader.sign(star + 1) === '.') star += 2
  const end = reader.closing(at)
  if (reader.sign(star) !== '*' || end < 0) return []
  return [
    { from: at, to: at + 1, instead: 'OBJECT_CONSTRUCT(' },
    { from: end, to: end + 1, instead: ')' },
  ]
}
