import type { SqlType } from './sql-type.ts'

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

/** Whether a number's digits fit the type. Those after the point are rounded, which may carry into one more before it. */
const isWithin = (text: string, { precision, scale }: SqlType): boolean => {
  const match = /^-?(\d{1,18})(?:\.(\d{1,9}))?$/.exec(text)
  if (match === null) return false
  if (typeof precision !== 'number' || typeof scale !== 'number') return true
  const carries = (match[2]?.length ?? 0) > scale ? 1 : 0
  return match[1]!.length + carries <= precision - scale
}

/** Whether a literal becomes a value of the type without failing, which its text alone tells. */
export const literalFits = (literal: string | number | undefined, type: SqlType): boolean => {
  const { family, length } = type
  if (literal === undefined) return false
  const text = String(literal)
  if (family === 'number') return isWithin(text, type)
  if (family === 'float') return isWithin(text, {} as SqlType)
  if (typeof literal !== 'string') return false
  if (family === 'date' || family === 'timestamp') return isDate(text)
  return family === 'text' && (typeof length !== 'number' || text.length <= length)
}
