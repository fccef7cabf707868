import { foldIdentifier } from '../lexer/identifier.ts'
import { lex } from '../lexer/lex.ts'

/** What a session may do after a USE: the one role, or the secondary roles, `ALL` and `NONE` among them. */
export type UsedRoles = { readonly role: string } | { readonly secondaryRoles: readonly string[] }

/**
 * The roles that USE ROLE and USE SECONDARY ROLES name, as they are stored.
 *
 * @param text - one of the two, which the analysis has let through
 */
export const usedRoles = (text: string): UsedRoles => {
  const { tokens } = lex(text)
  const names = tokens
    .filter(({ kind }) => kind === 'word' || kind === 'quoted')
    .map(({ start, end }) => foldIdentifier(text.slice(start, end)))
  const isSecondary = names[1] === 'SECONDARY'
  // A role of a database is written with a dot, and is no role of a session.
  return isSecondary ? { secondaryRoles: names.slice(3) } : { role: names.slice(2).join('.') }
}
