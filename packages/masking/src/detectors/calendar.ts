const monthNumbers: Readonly<Record<string, number>> = {
  january: 1,
  jan: 1,
  february: 2,
  feb: 2,
  march: 3,
  mar: 3,
  april: 4,
  apr: 4,
  may: 5,
  june: 6,
  jun: 6,
  july: 7,
  jul: 7,
  august: 8,
  aug: 8,
  september: 9,
  sept: 9,
  sep: 9,
  october: 10,
  oct: 10,
  november: 11,
  nov: 11,
  december: 12,
  dec: 12,
}

export const monthWords: readonly string[] = Object.keys(monthNumbers)

/** Of every month name and abbreviation, for expressions with the flag `i`. Longest first. */
export const monthPattern = [...monthWords].sort((left, right) => right.length - left.length).join('|')

export const isMonth = (value: number): boolean => value >= 1 && value <= 12
export const isDay = (value: number): boolean => value >= 1 && value <= 31
/** Years of living people's records and their plans. */
export const isYear = (value: number): boolean => value >= 1850 && value <= 2150

/** Month and day in either order. */
export const isMonthAndDay = (first: number, second: number): boolean =>
  (isMonth(first) && isDay(second)) || (isDay(first) && isMonth(second))
