import type { Findings } from './findings.ts'
import { type MaybeNamed, mayBeMadeUp } from './made-up-name.ts'
import { eitherOf, nullConstant, type Value, valuesEqual } from './value.ts'

/**
 * The names that a select list gives to its items. Snowflake lets every clause of the SELECT use them, the list
 * itself included, in any order; so their values are found in rounds until they no longer change.
 */
export class SelectAliases {
  readonly #named = new Map<string, number[]>()
  readonly #values: Value[]
  /** The item of each value. */
  readonly #items: readonly number[]
  /** The values of each item, by their names. */
  readonly #ofItem = new Map<number, Map<string, number>>()
  readonly #unnamed: readonly MaybeNamed[]
  /** What was handed out while the item might still grow. */
  readonly #handedOut = new Map<number, Value>()
  #current = -1

  /**
   * @param names - each name with the number of the item that gives it. A star gives several, or none
   * @param unnamed - the items for which Snowflake makes a name up
   */
  constructor(
    names: readonly (readonly [name: string, item: number])[],
    unnamed: readonly MaybeNamed[] = [],
  ) {
    this.#values = names.map(() => nullConstant)
    this.#items = names.map(([, item]) => item)
    this.#unnamed = unnamed
    for (const [index, [name]] of names.entries()) {
      const same = this.#named.get(name)
      if (same === undefined) this.#named.set(name, [index])
      else same.push(index)
      const item = this.#items[index]!
      const own = this.#ofItem.get(item)
      if (own === undefined) this.#ofItem.set(item, new Map([[name, index]]))
      else own.set(name, index)
    }
  }

  /** An item never sees its own names: there they mean the columns below. */
  startItem(item: number): void {
    this.#current = item
  }

  /** @param valueNamed - gives what the item calls by a name */
  finishItem(item: number, valueNamed: (name: string) => Value): void {
    for (const [name, index] of this.#ofItem.get(item) ?? []) {
      const value = valueNamed(name)
      const before = this.#values[index]!
      const isKnown = before === nullConstant || valuesEqual(before, value)
      this.#values[index] = isKnown ? value : eitherOf([value, before])
    }
    this.#current = -1
  }

  has(name: string): boolean {
    return this.#named.has(name)
  }

  /** Whether Snowflake may make this name up for an item that has none. */
  mayHaveMadeUp(name: string): boolean {
    return mayBeMadeUp(name, this.#unnamed)
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
    const indexes = this.#named.get(name)
    if (indexes === undefined) return null
    findings.spend(indexes.length)
    const others = indexes.filter((index) => this.#items[index] !== this.#current)
    if (others.length === 0) return null
    for (const index of others) {
      if (!this.#handedOut.has(index)) this.#handedOut.set(index, this.#values[index]!)
    }
    return eitherOf(others.map((index) => this.#values[index]!))
  }
}
