/** An empty list of a summary: one for all, since nobody can change it. */
export const none: readonly never[] = Object.freeze([])

/** The items in the order of their UTF-16 units, as a new list. */
export const sorted = (items: ReadonlySet<string>): readonly string[] =>
  items.size === 0 ? none : items.size === 1 ? [...items] : [...items].sort()
