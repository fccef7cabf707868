import type { ConstantPlace, TableUse } from '@snowfence/core'
import type { Lexed } from '../lexer/token.ts'
import { placeKey } from '../resolve/findings.ts'
import type { TableUse as FoundUse } from '../resolve/table-use.ts'
import type { WrittenConstant } from '../resolve/written-constant.ts'
import { createPlaceCounter } from '../token-coverage.ts'

/**
 * What WHERE conditions demand of each use of a table, with the constants by their places in the text. Null where no column
 * is compared with a constant.
 *
 * @param parsed - the text that the parser read: that of the tokens with its comments blank, by the same offsets
 */
export const writeTableUses = (
  found: readonly FoundUse[],
  { tokens }: Lexed,
  parsed: string,
): readonly TableUse[] | null => {
  if (found.every(({ pins }) => pins.length === 0)) return null
  const placeOf = placeConstants(parsed, tokens)
  const index = new Map(found.map((use, at) => [use, at]))
  return found.map(({ table, pins, equals }) => ({
    table,
    pins: pins.flatMap(({ column, constants }) => {
      const places = constants.map(placeOf)
      // A constant that the lexer does not see where the parser does is none.
      return places.every((place) => place !== null) ? { column: column.name, constants: places } : []
    }),
    equals: equals.map(({ column, use, to }) => ({
      column: column.name,
      use: index.get(use)!,
      to: to.name,
    })),
  }))
}

/** Literals by their offsets, binds by their number: a `?` counts those before it, `:2` says its own. */
const placeConstants = (
  text: string,
  tokens: Lexed['tokens'],
): ((constant: WrittenConstant) => ConstantPlace | null) => {
  const places = new Map<number, ConstantPlace>()
  const count = createPlaceCounter(text)
  let questions = 0
  let hasNumbered = false
  for (const [at, { kind, start, end }] of tokens.entries()) {
    if (kind === 'number' || kind === 'string') places.set(count(start), { start, end })
    else if (kind === 'placeholder' && text[start] === '?') {
      questions += 1
      places.set(count(start), { bind: questions })
    } else if (kind === 'operator' && text.slice(start, end) === ':') {
      const number = tokens[at + 1]
      if (number?.kind !== 'number' || number.start !== end) continue
      const digits = text.slice(number.start, number.end)
      if (!/^[1-9]\d{0,4}$/.test(digits)) continue
      hasNumbered = true
      places.set(count(start), { bind: Number(digits) })
    }
  }
  return ({ line, column }) => {
    const place = places.get(placeKey(line, column)) ?? null
    // Together the two forms have no order that is documented.
    return place !== null && 'bind' in place && hasNumbered && questions > 0 ? null : place
  }
}
