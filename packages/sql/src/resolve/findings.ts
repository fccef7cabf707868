import { type ColumnName, type Observation, type TableRead, type UsePlace, usePlaces } from '@snowfence/core'
import type { RelationColumn } from '../catalogue/catalogue-index.ts'
import type { Identifier } from '../parser/identifier-node.ts'
import { Refusal } from '../refusal.ts'
import { none, sorted } from '../sorted.ts'
import type { Writable } from '../writable.ts'
import type { BaseColumn } from './flow.ts'
import type { Lineage } from './lineage.ts'
import { type Deciding, Observations } from './observations.ts'
import type { TableUse } from './table-use.ts'

/** Expressions resolved plus columns carried. TPC-DS queries take a few thousand. */
const MAX_EFFORT = 1_000_000

/** A place of the parser as one number, for sets. */
export const placeKey = (line: number, column: number): number => line * 0x100000 + column

/** What one statement was found to touch. It only ever grows: nothing that was recorded is taken back. */
export class Findings {
  readonly #reads = new Map<string, Set<string>>()
  readonly #occurrences = new Map<string, number>()
  /** Every use of a table, in the order of the text: a use that nothing was found out about has no pin. */
  readonly tableUses: TableUse[] = []
  readonly #openedExpressions = new Set<readonly { readonly lineage: Lineage }[]>()
  readonly #uses = new Map<UsePlace, Set<ColumnName>>()
  readonly #observations = new Observations()
  /** The clause whose expressions are being resolved; null in a select list and in FROM. */
  #place: UsePlace | null = null
  readonly functions = new Set<string>()
  readonly stages = new Set<string>()
  readonly variables = new Set<string>()
  /** Whether a table with data was read, and whether one with metadata was. */
  readsData = false
  readsMetadata = false
  /** Places of all names that were understood, for the check of token coverage. */
  readonly visitedPlaces = new Set<number>()
  /** Names that the parser gives without a place (JSON keys, options), in upper case, with how often they were understood. */
  readonly visitedKeys = new Map<string, number>()
  readonly #visitedNodes = new Set<object>()
  /** Whether something fails wherever it is computed, whatever columns hold: a constant, or by a number of rows. */
  failsAlone = false
  /** Columns of which a clause asks whether there is a value, and those that a condition demands one of. */
  readonly #presence = new Set<ColumnName>()
  readonly #demanded = new Set<ColumnName>()
  readonly #acrossRows: (readonly ColumnName[])[] = []
  #depth = 0
  #muted = 0
  #effort = 0

  /**
   * Counts work. A short text can ask for very much of it, by stars of stars or names that refer to each other; what
   * asks for more than any real statement is refused. @throws Refusal with `too-complex`
   */
  spend(units: number): void {
    this.#effort += units
    if (this.#effort > MAX_EFFORT) throw new Refusal('too-complex')
  }

  visit({ name, line, column }: Identifier): void {
    if (line === 0) this.visitKey(name)
    else if (this.#muted === 0) this.visitedPlaces.add(placeKey(line, column))
  }

  /** @param node - where the key comes from, so that a part that is resolved twice counts once */
  visitKey(written: string, node: object | null = null): void {
    if (this.#muted > 0 || (node !== null && this.#visitedNodes.has(node))) return
    if (node !== null) this.#visitedNodes.add(node)
    const key = written.toUpperCase()
    this.visitedKeys.set(key, (this.visitedKeys.get(key) ?? 0) + 1)
  }

  /** Runs something over another text, such as a view's, whose places say nothing about this one. */
  withoutPlaces<Result>(run: () => Result): Result {
    this.#muted += 1
    try {
      return run()
    } finally {
      this.#muted -= 1
    }
  }

  readTable(table: string, isMetadata: boolean): TableUse {
    if (!this.#reads.has(table)) this.#reads.set(table, new Set())
    this.#occur(table)
    if (isMetadata) this.readsMetadata = true
    else this.readsData = true
    const use: TableUse = { table, pins: [], equals: [] }
    this.tableUses.push(use)
    return use
  }

  /** A common table expression was resolved once; each use of it after the first reads its tables again. */
  readExpression(columns: readonly { readonly lineage: Lineage }[]): void {
    if (!this.#openedExpressions.has(columns)) {
      this.#openedExpressions.add(columns)
      return
    }
    const tables = columns.flatMap(({ lineage }) => [...lineage.keys()].map(({ table }) => table))
    for (const table of new Set(tables)) this.#occur(table)
  }

  #occur(table: string): void {
    this.#occurrences.set(table, (this.#occurrences.get(table) ?? 0) + 1)
  }

  /** Both what a column is made of and, for a view's, the view's own column. */
  readColumns(columns: readonly Pick<RelationColumn, 'lineage' | 'view'>[]): void {
    for (const { lineage, view } of columns) {
      for (const column of lineage.keys()) this.#read(column)
      if (view !== undefined) this.#read(view)
    }
  }

  #read({ table, column }: BaseColumn): void {
    const columns = this.#reads.get(table)
    if (columns === undefined) this.#reads.set(table, new Set([column]))
    else columns.add(column)
  }

  /** Resolves what stands in a clause. */
  at<Result>(place: UsePlace | null, run: () => Result): Result {
    const before = this.#place
    this.#place = place
    try {
      return run()
    } finally {
      this.#place = before
    }
  }

  /** Something is computed from columns. In a clause, what the clause looks at covers it. */
  compute(lineage: Lineage): void {
    if (this.#place === null) this.#observations.addComputed(lineage)
  }

  /**
   * Computing by a function fails for some values of these columns, so that the outcome tells them from the others.
   *
   * @param dividesBy - the columns of which the divisor of a division is the number of different values
   */
  fail(name: string, lineage: Lineage, dividesBy: readonly ColumnName[] = []): void {
    this.#observations.addFailure(this.#place, lineage, { by: name, byPin: false, dividesBy })
  }

  failAlone(): void {
    this.failsAlone = true
  }

  /** Something looks across rows, and stays within those that are equal in these columns. */
  lookAcross(within: readonly BaseColumn[]): void {
    this.#acrossRows.push(within.map(({ name }) => name).sort())
  }

  /** Resolves a query. Tells whether it stands inside of another one. */
  inQuery<Result>(run: (isNested: boolean) => Result): Result {
    this.#depth += 1
    try {
      return run(this.#depth > 1)
    } finally {
      this.#depth -= 1
    }
  }

  /**
   * Whether something that may fail is computed at all hangs on these conditions. In a clause that is one more way of
   * looking at what the clause looks at anyway; elsewhere nothing but the failure tells.
   */
  decide(
    name: string,
    conditions: Lineage,
    { byPin = false, dividesBy = [] }: Partial<Omit<Deciding, 'by'>> = {},
  ): void {
    if (this.#place === null)
      this.#observations.addFailure(null, conditions, { by: name, byPin: false, dividesBy })
    else this.#observations.addUse(this.#place, conditions, 'equality', { by: name, byPin, dividesBy })
  }

  /** @param least - what the clause looks at even where the column stands in it by itself */
  use(place: UsePlace, lineage: Lineage, least: 'equality' | 'order' = 'equality'): void {
    let used = this.#uses.get(place)
    if (used === undefined) {
      used = new Set()
      this.#uses.set(place, used)
    }
    for (const [{ name }, { via, functions }] of lineage) {
      if (via === 'value' || via === 'derived') used.add(name)
      else if (place !== 'having' && functions.has('IS')) this.#presence.add(name)
    }
    this.#observations.addUse(place, lineage, least)
  }

  get asksForPresence(): boolean {
    return this.#presence.size > 0
  }

  /** Every row that is left has a value of the column. */
  demandPresence({ name }: BaseColumn): void {
    this.#demanded.add(name)
  }

  writePresence(): readonly ColumnName[] {
    return [...this.#presence].filter((name) => !this.#demanded.has(name)).sort()
  }

  writeReads(): readonly TableRead[] {
    const written: Writable<TableRead>[] = []
    for (const [table, columns] of this.#reads) {
      const read: Writable<TableRead> = { table, columns: sorted(columns) }
      const occurrences = this.#occurrences.get(table) ?? 1
      if (occurrences > 1) read.occurrences = occurrences
      written.push(read)
    }
    return written.sort((left, right) => (left.table < right.table ? -1 : 1))
  }

  writeUses(): Record<UsePlace, readonly ColumnName[]> {
    const written = {} as Record<UsePlace, readonly ColumnName[]>
    for (const place of usePlaces) {
      const used = this.#uses.get(place)
      written[place] = used === undefined ? none : sorted(used)
    }
    return written
  }

  writeAcrossRows(): readonly (readonly ColumnName[])[] {
    if (this.#acrossRows.length === 0) return none
    const written = new Map(this.#acrossRows.map((columns) => [columns.join(', '), columns]))
    return [...written].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, columns]) => columns)
  }

  writeObservations(): readonly Observation[] {
    return this.#observations.write()
  }
}
