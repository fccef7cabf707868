import type { TypeFamily } from './sql-type.ts'

/** `2024-02-29`, with a time of day after it or without: a text that is a date under every session setting. */
const isDate = (text: string): boolean => {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[ T]([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?)?$/.exec(
    text,
  )
  if (match === null) return false
  const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number]
  return (
    year > 0 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
  )
}

/** Whether a literal becomes a value of the family without failing, which its text alone tells. */
export const literalFits = (literal: string | number | undefined, family: TypeFamily): boolean => {
  if (typeof literal === 'number') return family === 'number' || family === 'float'
  if (typeof literal !== 'string') return false
  if (family === 'date' || family === 'timestamp') return isDate(literal)
  return family === 'number' || family === 'float'
    ? /^-?\d{1,18}(?:\.\d{1,9})?$/.test(literal)
    : family === 'text'
}
