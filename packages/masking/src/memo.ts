const CAPACITY = 4_096
const LONGEST_KEY = 128
const TRIAL = 2 * CAPACITY
const LEAST_HITS = TRIAL / 8

/**
 * Remembers the results of a pure function of text, for as long as that pays: a column of repeated values is
 * looked up, a column of distinct values is computed without a look-up. Memory is bounded by the capacity and by
 * the length of a remembered text.
 */
export const memoise = <Result extends string | object>(
  compute: (text: string) => Result,
): ((text: string) => Result) => {
  let results: Map<string, Result> | null = new Map()
  let lookups = 0
  let hits = 0
  return (text) => {
    if (results === null || text.length > LONGEST_KEY) return compute(text)
    lookups += 1
    const known = results.get(text)
    if (known !== undefined) {
      hits += 1
      return known
    }
    if (lookups >= TRIAL) {
      if (hits < LEAST_HITS) {
        results = null
        return compute(text)
      }
      lookups = 0
      hits = 0
    }
    if (results.size >= CAPACITY) results.clear()
    const result = compute(text)
    results.set(text, result)
    return result
  }
}
