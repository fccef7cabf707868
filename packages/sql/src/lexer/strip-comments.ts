import type { Lexed } from './token.ts'

/**
 * Replaces every comment by blanks, so that what is parsed and what is sent are the same text and no comment trick
 * can make the two read differently. Line breaks stay, so that every place keeps its offset, line and column.
 */
export const stripComments = ({ text, comments }: Lexed): string => {
  if (comments.length === 0) return text
  let stripped = ''
  let from = 0
  for (const { start, end } of comments) {
    stripped += text.slice(from, start) + text.slice(start, end).replace(/[^\r\n]/g, ' ')
    from = end
  }
  return stripped + text.slice(from)
}
