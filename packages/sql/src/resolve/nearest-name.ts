/** Longer lists and names are not compared: a hint is not worth the time. */
const MAX_NAMES = 5_000
const MAX_LENGTH = 64
/** Any two shorter names are alike. */
const MIN_LENGTH = 2

/** The name that is written most like another one; null where none is alike. */
export const nearestName = (wanted: string, names: readonly string[]): string | null => {
  if (wanted.length < MIN_LENGTH || wanted.length > MAX_LENGTH || names.length > MAX_NAMES) return null
  const written = wanted.toUpperCase()
  let nearest: string | null = null
  let least = Math.max(1, Math.floor(written.length / 3)) + 1
  for (const name of names) {
    const distance = name.length > MAX_LENGTH ? least : changesBetween(written, name.toUpperCase(), least)
    if (distance >= least) continue
    least = distance
    nearest = name
  }
  return nearest
}

/** How many characters are inserted, left out or replaced, as long as it is less than `most`. */
const changesBetween = (left: string, right: string, most: number): number => {
  if (Math.abs(left.length - right.length) >= most) return most
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let at = 1; at <= left.length; at += 1) {
    const next = [at]
    for (let other = 1; other <= right.length; other += 1) {
      const replaced = row[other - 1]! + (left[at - 1] === right[other - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[other]! + 1, next[other - 1]! + 1))
    }
    if (Math.min(...next) >= most) return most
    row = next
  }
  return row[right.length]!
}
