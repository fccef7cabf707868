import type { Catalog } from '@snowfence/core'
import type { Analysis, AnalyzeOptions } from './analysis.ts'

/** How much is kept for one catalogue. */
const MAX_ENTRIES = 1_000
const MAX_CHARACTERS = 4_000_000

interface Shelf {
  /** In the order of last use. */
  readonly analyses: Map<string, Analysis>
  characters: number
}

/**
 * Keeps the latest analyses, by text, session names and catalogue. They go with their catalogue, so a new one is
 * never answered from the old.
 */
export class AnalysisCache {
  readonly #shelves = new WeakMap<Catalog, Shelf>()

  /** Gives the kept analysis of a text, or makes one and keeps it. It is frozen, because every later caller gets it. */
  getOrMake(text: string, options: AnalyzeOptions, make: () => Analysis): Analysis {
    const shelf = this.#shelfOf(options.catalog)
    const { analyses } = shelf
    const key = keyOf(text, options)
    const kept = analyses.get(key)
    if (kept !== undefined) {
      analyses.delete(key)
      analyses.set(key, kept)
      return kept
    }
    const made = make()
    freezeDeeply(made)
    analyses.set(key, made)
    shelf.characters += key.length
    for (const oldest of analyses.keys()) {
      if (analyses.size <= MAX_ENTRIES && shelf.characters <= MAX_CHARACTERS) break
      analyses.delete(oldest)
      shelf.characters -= oldest.length
    }
    return made
  }

  #shelfOf(catalog: Catalog): Shelf {
    let shelf = this.#shelves.get(catalog)
    if (shelf === undefined) {
      shelf = { analyses: new Map(), characters: 0 }
      this.#shelves.set(catalog, shelf)
    }
    return shelf
  }
}

const keyOf = (text: string, { database, schema }: AnalyzeOptions): string =>
  `${JSON.stringify([database ?? null, schema ?? null])}${text}`

const freezeDeeply = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  if (Array.isArray(value)) for (const member of value) freezeDeeply(member)
  else for (const key in value) freezeDeeply((value as Record<string, unknown>)[key])
}
