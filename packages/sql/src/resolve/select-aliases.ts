import type { Findings } from './findings.ts'
import { eitherOf, nullConstant, type Value, valuesEqual } from './value.ts'

/**
 * The names that a select list gives to its items. Snowflake lets every clause of the SELECT use them, the list
 * itself included, in any order; so their values are found in rounds until they no longer change.
 */
export class SelectAliases {
  readonly #items = new Map<string, number[]>()
  readonly #values: Value[]
  /** What was handed out while the item might still grow. */
  readonly #handedOut = new Map<number, Value>()
  #current = -1

  constructor(names: readonly (string | null)[]) {
    this.#values = names.map(() => nullConstant)
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

  finishItem(index: number, value: Value): void {
    const before = this.#values[index]!
    this.#values[index] = before === nullConstant ? value : eitherOf([value, before])
    this.#current = -1
  }

  has(name: string): boolean {
    return this.#items.has(name)
  }

  /** Starts a round, and tells whether one is needed: the first, and each after a name was used too early. */
  needsAnotherRound(round: number): boolean {
    let stale = round === 0
    for (const [index, value] of this.#handedOut) {
      if (!valuesEqual(this.#values[index]!, value)) stale = true
    }
    this.#handedOut.clear()
    return stale
  }

  find(name: string, findings: Findings): Value | null {
    const items = this.#items.get(name)
    if (items === undefined) return null
    findings.spend(items.length)
    const others = items.filter((index) => index !== this.#current)
    if (others.length === 0) return null
    for (const index of others) {
      if (!this.#handedOut.has(index)) this.#handedOut.set(index, this.#values[index]!)
    }
    return eitherOf(others.map((index) => this.#values[index]!))
  }
}
