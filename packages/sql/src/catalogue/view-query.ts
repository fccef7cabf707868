import { lex } from '../lexer/lex.ts'
import { findExceededLimit } from '../lexer/limits.ts'
import { findEscapedName } from '../lexer/name-strings.ts'
import { stripComments } from '../lexer/strip-comments.ts'

/**
 * The query of a view's definition, which may be the query alone or the whole `CREATE VIEW … AS query;`, as
 * INFORMATION_SCHEMA.VIEWS holds it. Null where it cannot be told.
 */
export const viewQuery = (definition: string): string | null => {
  const lexed = lex(definition)
  if (lexed.problem !== null || (findExceededLimit(lexed) ?? findEscapedName(lexed)) !== null) return null
  const { text, tokens } = { text: stripComments(lexed), tokens: lexed.tokens }
  const wordAt = (index: number): string => {
    const token = tokens[index]
    return token?.kind === 'word' || token?.kind === 'operator'
      ? text.slice(token.start, token.end).toUpperCase()
      : ''
  }
  const end = wordAt(tokens.length - 1) === ';' ? tokens.at(-1)!.start : text.length
  if (wordAt(0) !== 'CREATE') return text.slice(0, end)
  let depth = 0
  for (const [index, token] of tokens.entries()) {
    const word = wordAt(index)
    if (word === '(') depth += 1
    else if (word === ')') depth -= 1
    else if (word === 'AS' && depth === 0 && /^(?:SELECT|WITH|VALUES|\()$/.test(wordAt(index + 1))) {
      return text.slice(token.end, end)
    }
  }
  return null
}
