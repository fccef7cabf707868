import { boolean, fixed, isSemiStructured, type SnowType, text } from '../../dictionary/snow-type.ts'
import { unsupported } from '../../snowflake-error.ts'
import { type FunctionCall, type FunctionRule, rewritten } from '../function-rule.ts'
import { numberLiteral, type SyntaxNode, stringLiteral, stringOf } from '../syntax-tree.ts'
import { asText } from './casts.ts'

const plain = ({ args, types }: FunctionCall): SyntaxNode[] =>
  args.map((arg, index) => (isSemiStructured(types[index] ?? null) ? asText(arg) : arg))

const concatenate = (parts: readonly SyntaxNode[]): SyntaxNode =>
  parts.reduce((left, right) => ({
    concat: { left, right, left_comments: [], operator_comments: [], trailing_comments: [] },
  }))

/** A text function over a VARIANT works on its text, not on its JSON with quotes. */
const onText =
  (name: string): FunctionRule =>
  (read) =>
    read.types.some((type) => isSemiStructured(type)) ? rewritten(text(), name, ...plain(read)) : null

const onTexts =
  (name: string, type: SnowType, count: number): FunctionRule =>
  (read) => {
    if (read.args.length !== count) throw unsupported(`${read.name} with ${read.args.length} arguments`)
    return rewritten(type, name, ...plain(read))
  }

const noMore = (read: FunctionCall, count: number) => {
  if (read.args.length > count) throw unsupported(`${read.name} with ${read.args.length} arguments`)
}

export const textRules: Readonly<Record<string, FunctionRule>> = {
  /** Snowflake: NULL if any part is NULL. */
  CONCAT: (read) => ({ node: concatenate(plain(read).map((part) => asText(part))), type: text() }),
  CONCAT_WS: (read) => {
    const [separator, ...parts] = plain(read)
    if (!separator || parts.length === 0) throw unsupported('CONCAT_WS without parts')
    return {
      node: concatenate(parts.flatMap((part, index) => (index ? [separator, asText(part)] : [asText(part)]))),
      type: text(),
    }
  },
  CONTAINS: onTexts('snow_contains', boolean, 2),
  STARTSWITH: onTexts('snow_starts_with', boolean, 2),
  ENDSWITH: onTexts('snow_ends_with', boolean, 2),
  STRTOK: onTexts('snow_strtok', text(), 3),
  UPPER: onText('UPPER'),
  LOWER: onText('LOWER'),
  LENGTH: onText('LENGTH'),
  TRIM: onText('TRIM'),
  BASE64_ENCODE: onTexts('snow_base64', text(), 1),
  JAROWINKLER_SIMILARITY: onTexts('snow_jarowinkler', fixed(3, 0), 2),
  INITCAP: (read) => {
    noMore(read, 1)
    return rewritten(text(), 'snow_initcap', ...plain(read))
  },
  /** Snowflake: the pattern must match the whole text. */
  REGEXP_LIKE: (read) => regexpLike(read),
  RLIKE: (read) => regexpLike(read),
  REGEXP_SUBSTR: (read) => {
    noMore(read, 2)
    return rewritten(text(), 'snow_regexp_substr', ...plain(read))
  },
  REGEXP_COUNT: (read) => {
    noMore(read, 2)
    return rewritten(fixed(18, 0), 'snow_regexp_count', ...plain(read))
  },
  REGEXP_REPLACE: (read) => {
    noMore(read, 3)
    const [value, pattern, replacement = stringLiteral('')] = plain(read)
    return rewritten(text(), 'snow_regexp_replace', value, pattern, replacement)
  },
  SHA2: (read) => {
    const size = read.args[1]
    if (size !== undefined && JSON.stringify(size) !== JSON.stringify(numberLiteral(256)))
      throw unsupported('SHA2 of this size')
    return rewritten(text(64), 'snow_sha256', ...plain(read).slice(0, 1))
  },
  SHA2_HEX: (read) => textRules.SHA2?.(read) ?? null,
  HEX_ENCODE: (read) => rewritten(text(), 'snow_hex', ...plain(read)),
  UUID_STRING: (read) => {
    noMore(read, 0)
    return rewritten(text(36), 'snow_uuid')
  },
  EDITDISTANCE: (read) => {
    noMore(read, 2)
    return rewritten(fixed(18, 0), 'snow_editdistance', ...plain(read))
  },
  INSERT: () => {
    throw unsupported('the function INSERT')
  },
}

const regexpLike = (read: FunctionCall) => {
  noMore(read, 3)
  const [value, pattern] = plain(read)
  // Snowflake's c, i, s and m mean the same to DuckDB, which asks for them as a constant.
  const flags = read.args[2] === undefined ? 'c' : (stringOf(read.args[2]) ?? '')
  if (!/^[cism]+$/.test(flags)) throw unsupported('these flags of a regular expression')
  return rewritten(boolean, 'REGEXP_FULL_MATCH', value, pattern, stringLiteral(flags))
}
