const CAPACITY = 4_096
const LONGEST_KEY = 128
const TRIAL = 2 * CAPACITY
const LEAST_HITS = TRIAL / 8

/** Whether remembering pays: it is given up where fewer than one look-up in eight finds anything. */
const createTrial = () => {
  let lookups = 0
  let hits = 0
  return {
    hit: (): void => {
      lookups += 1
      hits += 1
    },
    /** Counts a look-up in vain. False when it was one too many. */
    miss: (): boolean => {
      lookups += 1
      if (lookups < TRIAL) return true
      const pays = hits >= LEAST_HITS
      lookups = 0
      hits = 0
      return pays
    },
  }
}

/**
 * Remembers the results of a pure function of text, for as long as that pays: a column of repeated values is
 * looked up, a column of distinct values is computed without a look-up. Memory is bounded by the capacity and by
 * the length of a remembered text.
 */
export const memoise = <Result extends string | object>(
  compute: (text: string) => Result,
): ((text: string) => Result) => {
  let results: Map<string, Result> | null = new Map()
  const trial = createTrial()
  return (text) => {
    if (results === null || text.length > LONGEST_KEY) return compute(text)
    const known = results.get(text)
    if (known !== undefined) {
      trial.hit()
      return known
    }
    if (!trial.miss()) {
      results = null
      return compute(text)
    }
    if (results.size >= CAPACITY) results.clear()
    const result = compute(text)
    results.set(text, result)
    return result
  }
}

/**
 * Remembers the texts that a pure function gives back as they are, under the same bounds as `memoise`. For functions that
 * do something beside where they change a text: those are called every time.
 */
export const rememberUnchanged = (apply: (value: unknown) => unknown): ((value: unknown) => unknown) => {
  let unchanged: Set<string> | null = new Set()
  const trial = createTrial()
  return (value) => {
    if (unchanged === null || typeof value !== 'string' || value.length > LONGEST_KEY) return apply(value)
    if (unchanged.has(value)) {
      trial.hit()
      return value
    }
    const shown = apply(value)
    if (!trial.miss()) unchanged = null
    else if (shown === value) {
      if (unchanged.size >= CAPACITY) unchanged.clear()
      unchanged.add(value)
    }
    return shown
  }
}
