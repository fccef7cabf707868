import { isObject, type Json } from '../parser/node.ts'

/** A constant by its place: 1-based line and column, as the parser counts. */
export interface WrittenConstant {
  readonly line: number
  readonly column: number
}

/** Digits that are one number and no other: without sign, point, exponent or suffix. Snowflake's longest has 38. */
const DIGITS = /^\d{1,38}$/
/** The same as a text, which becomes that number: a NUMBER(18, 5), which has 13 digits in front of its point. */
const TEXT_DIGITS = /^(?:0|[1-9]\d{0,12})$/

/**
 * The place of a constant that equals one value of a number column at the most: whole digits, bare or in quotes, or a bind.
 * Null for anything else, be it a constant too: a session variable, a cast, NULL.
 */
export const readWrittenConstant = (node: Json | undefined): WrittenConstant | null => {
  const body = isObject(node) && Object.keys(node).length === 1 ? node.Value : undefined
  if (!isObject(body) || !isObject(body.value) || !isObject(body.span) || !isObject(body.span.start))
    return null
  const { line, column } = body.span.start
  if (typeof line !== 'number' || typeof column !== 'number' || line < 1) return null
  const { Number: number, SingleQuotedString: text, Placeholder: bind } = body.value
  const isOne =
    (Array.isArray(number) && number[1] === false && DIGITS.test(String(number[0]))) ||
    (typeof text === 'string' && TEXT_DIGITS.test(text)) ||
    (typeof bind === 'string' && /^(?:\?|:\d+)$/.test(bind))
  return isOne ? { line, column } : null
}
