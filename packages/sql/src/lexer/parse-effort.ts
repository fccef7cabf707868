import type { Lexed } from './token.ts'

/**
 * How often the parser may read a token again for each bracket, CASE, INTERVAL and lambda around it: where one reading
 * of a construct fails it tries another, so that nesting multiplies. Measured: up to 3.7 for the worst combinations.
 */
const READINGS = 4
/** Of 221 queries as agents and analysts write them the largest estimate is 36,000. */
const ORDINARY_EFFORT = 60_000

/**
 * Whether the parser might take long over the text. Forty nested POSITIONs that end in an error would keep it for
 * hours, and nothing in the text is large. Such a text is tried where it can be stopped. Linear in the tokens.
 */
export const isCostlyToParse = ({ text, tokens }: Lexed): boolean => {
  const outer: number[] = []
  let readings = 1
  let effort = 0
  for (const [index, { kind, start, upper }] of tokens.entries()) {
    effort += readings
    if (effort > ORDINARY_EFFORT) return true
    if (kind === 'operator') {
      const symbol = text[start]!
      if (symbol === '(' || symbol === '[' || symbol === '{') {
        outer.push(readings)
        readings *= READINGS
      } else if (symbol === ')' || symbol === ']' || symbol === '}') readings = outer.pop() ?? 1
      else if (symbol === ',') readings = readingsInside(outer)
      else if (symbol === '-' && text[start + 1] === '>') readings *= READINGS
    } else if (upper === 'CASE') readings *= READINGS
    else if (upper === 'END') readings = Math.max(1, readings / READINGS)
    else if (upper === 'INTERVAL' && !isLiteral(tokens[index + 1]?.kind)) readings *= READINGS
  }
  return false
}

/** Behind a comma the lambdas and intervals before it have ended. */
const readingsInside = (outer: readonly number[]): number => {
  const last = outer.at(-1)
  return last === undefined ? 1 : last * READINGS
}

const isLiteral = (kind: string | undefined): boolean => kind === 'string' || kind === 'number'
