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

  get(text: string, options: AnalyzeOptions): Analysis | undefined {
    const shelf = this.#shelves.get(options.catalog)
    const key = keyOf(text, options)
    const analysis = shelf?.analyses.get(key)
    if (shelf === undefined || analysis === undefined) return undefined
    shelf.analyses.delete(key)
    shelf.analyses.set(key, analysis)
    return analysis
  }

  /** Keeps an analysis. It is frozen, because every later caller gets the same object. */
  set(text: string, options: AnalyzeOptions, analysis: Analysis): Analysis {
    let shelf = this.#shelves.get(options.catalog)
    if (shelf === undefined) {
      shelf = { analyses: new Map(), characters: 0 }
      this.#shelves.set(options.catalog, shelf)
    }
    const key = keyOf(text, options)
    freezeDeeply(analysis)
    if (!shelf.analyses.has(key)) shelf.characters += key.length
    shelf.analyses.set(key, analysis)
    for (const oldest of shelf.analyses.keys()) {
      if (shelf.analyses.size <= MAX_ENTRIES && shelf.characters <= MAX_CHARACTERS) break
      shelf.analyses.delete(oldest)
      shelf.characters -= oldest.length
    }
    return analysis
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
