import type { ColumnFlow, ColumnName } from '@snowfence/core'
import type { Fidelity } from '../types/conversion.ts'
import type { TypeFamily } from '../types/sql-type.ts'

/** A column of the warehouse: one object per column and catalogue, so that it can be a key. */
export interface BaseColumn {
  /** Canonical name of its table, and of the column in it. */
  readonly table: string
  readonly column: string
  readonly name: ColumnName
  readonly type: TypeFamily
}

type Via = ColumnFlow['via']

interface Facts {
  readonly via: Via
  readonly functions: ReadonlySet<string>
  readonly chosen: boolean
  readonly guesses: number
  readonly against: ReadonlySet<BaseColumn>
  readonly keeps: Fidelity
  readonly first: ReadonlySet<string>
  readonly folded: ReadonlySet<string> | null
}

/** So many constants a person asks for at once; more of them are a dictionary. */
const FEW = 100
const MANY = FEW + 1

/** How many changed flows are kept before all are forgotten. */
const MAX_KEPT = 10_000
let keptCount = 0
let generation = 0

/**
 * How a value of a column gets to a place. What a flow says never changes. It keeps the flows that it was changed into:
 * statements cross the same few functions again and again, and one object for each makes merging and comparing short.
 */
export class Flow {
  readonly via: Via
  /** Functions and operators crossed, upper case. */
  readonly functions: ReadonlySet<string>
  /** Whether the value was mixed or compared with one of the writer's choice: a constant, a bind, the present date. */
  readonly chosen: boolean
  /** With how many constants of the text it was mixed or compared; beyond `FEW` where with rows or something computed. */
  readonly guesses: number
  /** Other columns that the value was mixed or compared with. */
  readonly against: ReadonlySet<BaseColumn>
  /** What conversions on the way have left: values that are equal after one may have been different before. */
  readonly keeps: Fidelity
  /** The function that takes the stored value, of each path; empty for a path that crosses none. */
  readonly first: ReadonlySet<string>
  /** The functions crossed up to the last aggregate, of each path; null where a path crosses no aggregate. */
  readonly folded: ReadonlySet<string> | null
  #names: readonly string[] | null = null
  #againstNames: readonly ColumnName[] | null = null
  #firstNames: readonly string[] | null | undefined
  #foldedNames: readonly string[] | null | undefined
  #through: Partial<Record<Via, Map<string, Flow>>> | null = null
  #guessed: Map<number, Flow> | null = null
  #generation = -1

  constructor({ via, functions, chosen, guesses, against, keeps, first, folded }: Facts) {
    this.via = via
    this.functions = functions
    this.chosen = chosen
    this.guesses = guesses
    this.against = against
    this.keeps = keeps
    this.first = first
    this.folded = folded
  }

  /** The functions, sorted. */
  get names(): readonly string[] {
    this.#names ??= Object.freeze([...this.functions].sort())
    return this.#names
  }

  /** The columns that it met, sorted. */
  get againstNames(): readonly ColumnName[] {
    this.#againstNames ??= Object.freeze([...this.against].map(({ name }) => name).sort())
    return this.#againstNames
  }

  /** The functions that take the stored value, sorted; null where that may be any, or a path has none. */
  get firstNames(): readonly string[] | null {
    if (this.#firstNames === undefined)
      this.#firstNames =
        this.first.size < this.functions.size && !this.first.has('')
          ? Object.freeze([...this.first].sort())
          : null
    return this.#firstNames
  }

  /** The functions up to the last aggregate, sorted; null where all may come before one. */
  get foldedNames(): readonly string[] | null {
    if (this.#foldedNames === undefined)
      this.#foldedNames =
        this.folded !== null && this.folded.size < this.functions.size
          ? Object.freeze([...this.folded].sort())
          : null
    return this.#foldedNames
  }

  /** Whether it met more constants than a person asks for at once. */
  get isGuessedOften(): boolean {
    return this.guesses > FEW
  }

  /** The same with one function more, and another way. */
  through(via: Via, name: string): Flow {
    if (this.via === via && this.functions.has(name)) return this
    this.#forgetOldOnes()
    this.#through ??= {}
    this.#through[via] ??= new Map()
    const changes = this.#through[via]
    const kept = changes.get(name)
    if (kept !== undefined) return kept
    const functions = this.functions.has(name) ? this.functions : new Set([...this.functions, name])
    const first = this.functions.size === 0 ? new Set([name]) : this.first
    const changed = new Flow({ ...this.#facts(), via, functions, first })
    changes.set(name, changed)
    keptCount += 1
    return changed
  }

  /** The same after it met so many values of the writer's choice; `MANY` where nobody can say how many. */
  guessed(added: number): Flow {
    this.#forgetOldOnes()
    this.#guessed ??= new Map()
    const kept = this.#guessed.get(added)
    if (kept !== undefined) return kept
    const guesses = Math.min(this.guesses + added, MANY)
    const changed = new Flow({ ...this.#facts(), chosen: true, guesses })
    this.#guessed.set(added, changed)
    keptCount += 1
    return changed
  }

  /** The same after a value of `own` met values of these columns. */
  meeting(own: BaseColumn, columns: ReadonlySet<BaseColumn>): Flow {
    const others = columns.has(own) ? new Set([...columns].filter((column) => column !== own)) : columns
    const against = union(this.against, others)
    return against === this.against ? this : new Flow({ ...this.#facts(), against })
  }

  /** The same after a conversion that leaves less of it to compare. */
  converted(keeps: Fidelity): Flow {
    const left = lesser(this.keeps, keeps)
    return left === this.keeps ? this : new Flow({ ...this.#facts(), keeps: left })
  }

  /** The same after it was folded with the values of other rows: what comes later looks at whole groups. */
  fold(): Flow {
    const { folded, functions } = this
    if (folded !== null && sameItems(folded, functions)) return this
    return new Flow({ ...this.#facts(), folded: functions })
  }

  /** The same where the function that takes the stored value needs something more to be told by its name. */
  beginning(name: string): Flow {
    if (this.first.has(name)) return this
    return new Flow({ ...this.#facts(), first: new Set([...this.first, name]) })
  }

  /** What is true of either: the least protective. */
  merge(other: Flow): Flow {
    // Flows that are alike may be remembered as one: the constants that each of them met are still others.
    if (this === other && this.guesses === 0) return this
    const merged: Facts = {
      via: leastProtective(this.via, other.via),
      functions: union(this.functions, other.functions),
      against: union(this.against, other.against),
      chosen: this.chosen || other.chosen,
      guesses: Math.min(this.guesses + other.guesses, MANY),
      keeps: lesser(this.keeps, other.keeps),
      first: union(this.first, other.first),
      folded: this.folded === null || other.folded === null ? null : union(this.folded, other.folded),
    }
    return this.#says(merged) ? this : new Flow(merged)
  }

  equals(other: Flow): boolean {
    return (
      this === other ||
      (this.via === other.via &&
        this.chosen === other.chosen &&
        this.guesses === other.guesses &&
        this.keeps === other.keeps &&
        sameItems(this.functions, other.functions) &&
        sameItems(this.against, other.against) &&
        sameItems(this.first, other.first) &&
        (this.folded === other.folded ||
          (this.folded !== null && other.folded !== null && sameItems(this.folded, other.folded))))
    )
  }

  #says({ via, functions, chosen, guesses, against, keeps, first, folded }: Facts): boolean {
    return (
      via === this.via &&
      functions === this.functions &&
      against === this.against &&
      chosen === this.chosen &&
      guesses === this.guesses &&
      keeps === this.keeps &&
      first === this.first &&
      folded === this.folded
    )
  }

  #facts(): Facts {
    const { via, functions, chosen, guesses, against, keeps, first, folded } = this
    return { via, functions, chosen, guesses, against, keeps, first, folded }
  }

  /** Bounds what is kept: texts can cross functions in any order. */
  #forgetOldOnes(): void {
    if (keptCount >= MAX_KEPT) {
      keptCount = 0
      generation += 1
    }
    if (this.#generation === generation) return
    this.#generation = generation
    this.#through = null
    this.#guessed = null
  }
}

/** A stored value as it is. */
export const valueFlow = new Flow({
  via: 'value',
  functions: new Set(),
  chosen: false,
  guesses: 0,
  against: new Set(),
  keeps: 'order',
  first: new Set(['']),
  folded: null,
})

/** So many guesses as nobody counts: rows, or something computed. */
export const uncounted = MANY

const protection = { derived: 0, value: 1, distinct: 2, count: 3 } as const

/** A value beside a number of different values fits the mask of neither: together they count as computed. */
const leastProtective = (left: Via, right: Via): Via => {
  if (left === right) return left
  if ((left === 'distinct' && right === 'value') || (left === 'value' && right === 'distinct'))
    return 'derived'
  return protection[left] <= protection[right] ? left : right
}

const lesser = (left: Fidelity, right: Fidelity): Fidelity =>
  left === 'none' || right === 'order' ? left : right === 'none' || left === 'order' ? right : left

const union = <Item>(left: ReadonlySet<Item>, right: ReadonlySet<Item>): ReadonlySet<Item> => {
  if (left === right || containsAll(left, right)) return left
  if (containsAll(right, left)) return right
  return new Set([...left, ...right])
}

const containsAll = (outer: ReadonlySet<unknown>, inner: ReadonlySet<unknown>): boolean => {
  if (inner.size > outer.size) return false
  for (const item of inner) if (!outer.has(item)) return false
  return true
}

const sameItems = (left: ReadonlySet<unknown>, right: ReadonlySet<unknown>): boolean =>
  left === right || (left.size === right.size && containsAll(left, right))
