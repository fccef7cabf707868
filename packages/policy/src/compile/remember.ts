// INVARIANT: bounded, whatever names a program makes up.
const REMEMBERED = 20_000

/** The same function of a text, computed once for each text as long as there is room. */
export const remember = <T>(compute: (key: string) => T): ((key: string) => T) => {
  const known = new Map<string, T>()
  return (key) => {
    if (known.has(key)) return known.get(key) as T
    if (known.size >= REMEMBERED) known.clear()
    const value = compute(key)
    known.set(key, value)
    return value
  }
}
