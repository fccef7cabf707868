import type { ReadConstruct } from './read-construct.ts'

const PLAIN_NAME = /^'[A-Za-z_][A-Za-z0-9_$]*'$/

/** `IDENTIFIER('upper')(x)` calls the function of that name. */
export const readNamedFunction: ReadConstruct = (at, reader) => {
  const isCall =
    reader.sign(at + 1) === '(' &&
    reader.tokens[at + 2]?.kind === 'string' &&
    reader.sign(at + 3) === ')' &&
    reader.sign(at + 4) === '('
  const written = isCall ? reader.written(at + 2) : ''
  return PLAIN_NAME.test(written) ? [reader.blank(at, at + 4, written.slice(1, -1))] : []
}
