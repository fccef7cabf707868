/** The parser's tree is JSON: every expression is an object with one key, its kind, whose value is its payload. */
export type SyntaxNode = { [key: string]: unknown }

export interface Identifier {
  name: string
  quoted: boolean
}

export const isObject = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isIdentifier = (value: unknown): value is SyntaxNode & Identifier =>
  isObject(value) && typeof value.name === 'string' && typeof value.quoted === 'boolean' && !('args' in value)

/** The kind of an expression: its only key. */
export const kindOf = (node: unknown): string | null => {
  if (!isObject(node)) return null
  const keys = Object.keys(node)
  return keys.length === 1 ? (keys[0] as string) : null
}

/** The payload of an expression of a given kind, or null when it is another. */
export const payloadOf = (node: unknown, kind: string): SyntaxNode | null => {
  if (!isObject(node) || kindOf(node) !== kind) return null
  const payload = node[kind]
  return isObject(payload) ? payload : null
}

/** Turns a node into another in place, so that its parent need not be known. */
export const replaceNode = (node: SyntaxNode, replacement: SyntaxNode): void => {
  for (const key of Object.keys(node)) delete node[key]
  Object.assign(node, replacement)
}

export const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

export const asNodes = (value: unknown): SyntaxNode[] => asList(value).filter(isObject)

export const identifier = (name: string): SyntaxNode => ({ name, quoted: true, trailing_comments: [] })

export const call = (name: string, ...args: unknown[]): SyntaxNode => ({
  function: {
    name,
    args,
    distinct: false,
    trailing_comments: [],
    use_bracket_syntax: false,
    no_parens: false,
    quoted: false,
  },
})

export const stringLiteral = (value: string): SyntaxNode => ({
  literal: { literal_type: 'string', value },
})

export const numberLiteral = (value: number): SyntaxNode => ({
  literal: { literal_type: 'number', value: String(value) },
})

/** The text of a string literal, or null for anything else. */
export const stringOf = (node: unknown): string | null => {
  const literal = payloadOf(node, 'literal')
  if (!literal) return null
  return literal.literal_type === 'string' || literal.literal_type === 'dollar_string'
    ? String(literal.value)
    : null
}

export const numberOf = (node: unknown): string | null => {
  const literal = payloadOf(node, 'literal')
  return literal?.literal_type === 'number' ? String(literal.value) : null
}

/** Snowflake folds an unquoted name to upper case. */
export const foldName = (name: Identifier): string => (name.quoted ? name.name : name.name.toUpperCase())
