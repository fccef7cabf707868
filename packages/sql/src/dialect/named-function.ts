import { builtinFunctions } from '../functions/builtin-names.ts'
import type { ReadConstruct } from './read-construct.ts'

const PLAIN_NAME = /^'[A-Za-z_][A-Za-z0-9_$]*'$/

/**
 * `IDENTIFIER('upper')(x)` calls the function of that name. Of another name than a built-in function's the parser could make
 * an operator or a clause, such as of NOT, DISTINCT, EXISTS and VALUES, where Snowflake calls a function that is somebody's.
 */
export const readNamedFunction: ReadConstruct = (at, reader) => {
  const isCall =
    reader.sign(at + 1) === '(' &&
    reader.tokens[at + 2]?.kind === 'string' &&
    reader.sign(at + 3) === ')' &&
    reader.sign(at + 4) === '('
  const written = isCall ? reader.written(at + 2) : ''
  const name = PLAIN_NAME.test(written) ? written.slice(1, -1) : ''
  return builtinFunctions.has(name.toUpperCase()) ? [reader.blank(at, at + 4, name)] : []
}
