import type { Findings } from './findings.ts'
import { type Lineage, lineagesEqual, mergeLineages, noLineage } from './lineage.ts'

/**
 * The names that a select list gives to its items. Snowflake lets every clause of the SELECT use them, the list
 * itself included, in any order; so their lineage is found in rounds until it no longer grows.
 */
export class SelectAliases {
  readonly #items = new Map<string, number[]>()
  readonly #lineages: Lineage[]
  /** What was handed out while the item might still grow. */
  readonly #handedOut = new Map<number, Lineage>()
  #current = -1

  constructor(names: readonly (string | null)[]) {
    this.#lineages = names.map(() => noLineage)
    for (const [index, name] of names.entries()) {
      if (name === null) continue
      const items = this.#items.get(name)
      if (items === undefined) this.#items.set(name, [index])
      else items.push(index)
    }
  }

  /** An item never sees its own name: there it means the column below. */
  startItem(index: number): void {
    this.#current = index
  }

  finishItem(index: number, lineage: Lineage): void {
    this.#lineages[index] = mergeLineages([this.#lineages[index]!, lineage])
    this.#current = -1
  }

  has(name: string): boolean {
    return this.#items.has(name)
  }

  /** Starts a round, and tells whether one is needed: the first, and each after a name was used too early. */
  needsAnotherRound(round: number): boolean {
    let stale = round === 0
    for (const [index, lineage] of this.#handedOut) {
      if (!lineagesEqual(this.#lineages[index]!, lineage)) stale = true
    }
    this.#handedOut.clear()
    return stale
  }

  find(name: string, findings: Findings): Lineage | null {
    const items = this.#items.get(name)
    if (items === undefined) return null
    findings.spend(items.length)
    const others = items.filter((index) => index !== this.#current)
    if (others.length === 0) return null
    for (const index of others) {
      if (!this.#handedOut.has(index)) this.#handedOut.set(index, this.#lineages[index]!)
    }
    return mergeLineages(others.map((index) => this.#lineages[index]!))
  }
}
