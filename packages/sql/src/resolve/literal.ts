import { upperCaseAscii } from '../lexer/identifier.ts'
import { isObject, type Json, unknownSyntax } from '../parser/node.ts'
import { resolveColumn } from './column-reference.ts'
import { type Lineage, noLineage } from './lineage.ts'
import type { Scope } from './scope.ts'

const CONSTANTS = new Set([
  'Number',
  'SingleQuotedString',
  'DollarQuotedString',
  'HexStringLiteral',
  'Boolean',
  'Null',
])

/** Literals come from nowhere. `$1` is a column by position, `$name` a session variable, `?` and `:1` are binds. */
export const resolveLiteral = (value: Json | undefined, scope: Scope): Lineage => {
  if (value === 'Null') return noLineage
  if (!isObject(value)) return unknownSyntax('a literal')
  const names = Object.keys(value)
  const name = names[0]
  if (name === undefined || names.length > 1) return unknownSyntax('a literal')
  if (CONSTANTS.has(name)) return noLineage
  const text = value[name]
  if (name !== 'Placeholder' || typeof text !== 'string') return unknownSyntax('a literal')
  if (/^\$\d+$/.test(text)) return resolveColumn([{ name: text, quote: null, line: 0, column: 0 }], scope)
  if (/^\$[A-Za-z_]/.test(text)) {
    scope.context.findings.variables.add(upperCaseAscii(text.slice(1)))
    return noLineage
  }
  if (!/^(?:\?|:\d+|:[A-Za-z_][A-Za-z0-9_]*)$/.test(text)) return unknownSyntax('a placeholder')
  if (text.length > 1) scope.context.findings.visitKey(text.slice(1))
  return noLineage
}
