import { readIdentifier } from '../parser/identifier-node.ts'
import { isObject, type Json, listOf, openNode, textOf, unknownSyntax, variantOf } from '../parser/node.ts'
import { textType } from '../types/sql-type.ts'
import { compute } from './compute.ts'
import { resolveExpression } from './expression.ts'
import type { Scope } from './scope.ts'
import { constantOf, type Value } from './value.ts'

const ACCESS_FIELDS = new Set(['value', 'path'])
const PATH_FIELDS = new Set(['path'])
const DOT_FIELDS = new Set(['key'])
const DOT_IDLE = new Set(['quoted'])
const BRACKET_FIELDS = new Set(['key'])

/** `v:a.b[0]` and `v['a']`: something out of the value, chosen by keys of which the bracketed ones may hold columns. */
export const resolveJsonAccess = (body: Json, scope: Scope): Value => {
  const node = openNode(body, 'a path', ACCESS_FIELDS)
  if (isPlainLiteral(node.value)) return unknownSyntax('a path into a literal')
  const parts = [resolveExpression(node.value, scope)]
  for (const element of listOf(openNode(node.path, 'a path', PATH_FIELDS).path, 'a path')) {
    const { name, body: step } = variantOf(element, 'a path')
    if (name === 'Dot') {
      const dot = openNode(step, 'a path', DOT_FIELDS, DOT_IDLE)
      const key = textOf(dot.key, 'a path')
      scope.context.findings.visitKey(key, dot)
      parts.push(constantOf(textType, key))
    } else if (name === 'Bracket') {
      parts.push(resolveExpression(openNode(step, 'a path', BRACKET_FIELDS).key, scope))
    } else return unknownSyntax('a path')
  }
  return compute(':', parts, scope)
}

/**
 * A number, text, boolean or NULL, none of which has parts: in `'k': c` the first is the key of an object, and the second
 * a column. A bind and a variable may be an object.
 */
const isPlainLiteral = (value: Json | undefined): boolean => {
  const literal = isObject(value) && isObject(value.Value) ? value.Value.value : undefined
  return literal === 'Null' || (isObject(literal) && !('Placeholder' in literal))
}

const FIELD_ACCESS_FIELDS = new Set(['root', 'access_chain'])
const INDEX_FIELDS = new Set(['index'])

/** `f(x)[0]` and `f.value[0].a`: the same, for a value that is not a plain column. */
export const resolveFieldAccess = (body: Json, scope: Scope): Value => {
  const node = openNode(body, 'a path', FIELD_ACCESS_FIELDS)
  const parts = [resolveExpression(node.root, scope)]
  for (const element of listOf(node.access_chain, 'a path')) {
    const { name, body: step } = variantOf(element, 'a path')
    if (name === 'Subscript') {
      const { name: kind, body: subscript } = variantOf(step, 'a subscript')
      if (kind !== 'Index') return unknownSyntax('a subscript')
      parts.push(resolveExpression(openNode(subscript, 'a subscript', INDEX_FIELDS).index, scope))
    } else if (name === 'Dot') {
      const { name: kind, body: key } = variantOf(step, 'a path')
      if (kind !== 'Identifier') return unknownSyntax('a path')
      scope.context.findings.visit(readIdentifier(key))
    } else return unknownSyntax('a path')
  }
  return compute(':', parts, scope)
}
