import { isAbsent, isObject, type Json, openNode, unknownSyntax, variantOf } from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { stringLiteral } from './object-name.ts'

export const smallerLimit = (left: number | null, right: number | null): number | null =>
  left === null ? right : right === null ? left : Math.min(left, right)

const CLAUSE_FIELDS = new Set(['limit', 'offset'])
const OFFSET_FIELDS = new Set(['value'])
const OFFSET_IDLE = new Set(['rows'])
const FETCH_FIELDS = new Set(['quantity'])
const TOP_FIELDS = new Set(['quantity'])

/** LIMIT and OFFSET take constants: a column or subquery there would tell its value by the number of rows. */
export const readLimit = (value: Json | undefined): number | null => {
  if (isAbsent(value)) return null
  const { name, body } = variantOf(value, 'LIMIT')
  if (name !== 'LimitOffset') return unknownSyntax('LIMIT')
  const node = openNode(body, 'LIMIT', CLAUSE_FIELDS)
  if (!isAbsent(node.offset)) readConstant(openNode(node.offset, 'OFFSET', OFFSET_FIELDS, OFFSET_IDLE).value)
  return isAbsent(node.limit) ? null : readConstant(node.limit)
}

/** Whether rows in front are left out, so that what follows tells how many they are. */
export const skipsRows = (value: Json | undefined): boolean =>
  !isAbsent(value) && !isAbsent(openNode(variantOf(value, 'LIMIT').body, 'LIMIT', CLAUSE_FIELDS).offset)

export const readFetch = (value: Json | undefined): number | null => {
  if (isAbsent(value)) return null
  const node = openNode(value, 'FETCH', FETCH_FIELDS)
  return isAbsent(node.quantity) ? 1 : readConstant(node.quantity)
}

export const readTop = (value: Json | undefined): number | null => {
  if (isAbsent(value)) return null
  const { name, body } = variantOf(openNode(value, 'TOP', TOP_FIELDS).quantity, 'TOP')
  if (name === 'Constant') return typeof body === 'number' ? body : unknownSyntax('TOP')
  return name === 'Expr' ? readConstant(body) : unknownSyntax('TOP')
}

/** The number, or null for a bind, a variable or NULL, which are constants too but not known here. */
const readConstant = (value: Json | undefined): number | null => {
  const literal = isObject(value) && isObject(value.Value) ? value.Value.value : undefined
  if (literal === 'Null') return null
  if (isObject(literal)) {
    if (typeof literal.Placeholder === 'string' && !/^\$\d/.test(literal.Placeholder)) return null
    if (Array.isArray(literal.Number) && typeof literal.Number[0] === 'string')
      return Number(literal.Number[0])
    if (stringLiteral(value) !== null) return null
  }
  throw new Refusal('column-not-allowed-here', { detail: 'LIMIT' })
}
