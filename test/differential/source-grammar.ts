import type { ExpressionGrammar, Named } from './expression-grammar.ts'
import type { ShownColumn } from './shown-columns.ts'
import { col, fn, type Item, type Rel } from './statement-tree.ts'

/** What a principal may read, as the grammar needs it. */
export interface ReadableSchema {
  readonly tables: ReadonlyMap<string, readonly ShownColumn[]>
  /** Where people are counted, the column that says whose a row is must be among the outputs. */
  readonly subjectOf: ReadonlyMap<string, string>
  /** Where only groups may be read, how many rows they need. */
  readonly minimumGroupSize: number | null
  /** The table that agents write, where they may; then they may set their session too. */
  readonly written: string | null
}

export interface Source {
  readonly rel: Rel
  readonly columns: readonly Named[]
}

const keys: readonly (readonly [left: string, right: string, key: string])[] = [
  ['PATIENTS', 'ENCOUNTERS', 'PATIENT_ID'],
  ['PATIENTS', 'LABS', 'PATIENT_ID'],
  ['ENCOUNTERS', 'DIAGNOSES', 'ENCOUNTER_ID'],
  ['ENCOUNTERS', 'NOTES', 'ENCOUNTER_ID'],
  ['ENCOUNTERS', 'PROVIDERS', 'PROVIDER_ID'],
]

/** Makes what statements read from. */
export class SourceGrammar {
  readonly schema: ReadableSchema
  readonly expressions: ExpressionGrammar
  #aliases = 0
  /** The table that the session has written: most of its last statement reads it. */
  preferred: string | null = null

  constructor(schema: ReadableSchema, expressions: ExpressionGrammar) {
    this.schema = schema
    this.expressions = expressions
  }

  begin(): void {
    this.#aliases = 0
  }

  alias(): string {
    this.#aliases += 1
    return `T${this.#aliases}`
  }

  columnsOf(table: string, as: string): Named[] {
    return (this.schema.tables.get(table) ?? []).map(({ name, type, isPublic, decision }) => ({
      rel: as,
      name,
      type,
      classified: !isPublic,
      isPartlyShown: !isPublic && decision.mask?.kind !== 'withhold' && decision.mask?.kind !== 'redact',
      pool: name,
    }))
  }

  table(name?: string): Source {
    const { random } = this.expressions
    const names = [...this.schema.tables.keys()]
    const classified = names.filter((table) =>
      this.schema.tables.get(table)?.some(({ isPublic }) => !isPublic),
    )
    // Patients hold most of what is classified.
    const usual =
      classified.includes('PATIENTS') && this.expressions.chance(55)
        ? 'PATIENTS'
        : random.pick(classified.length > 0 ? classified : names)
    const table = name ?? (this.preferred !== null && this.expressions.chance(70) ? this.preferred : usual)
    const as = this.alias()
    return { rel: { k: 'table', name: table, as }, columns: this.columnsOf(table, as) }
  }

  /** One table, or two that are joined by a key that nobody is identified by. */
  source(): Source {
    const { expressions } = this
    if (this.preferred !== null && expressions.chance(60)) return this.table()
    if (!expressions.chance(this.schema.minimumGroupSize === null ? 22 : 5)) return this.table()
    const usable = keys.filter(([left, right, key]) => this.joins(left, key) && this.joins(right, key))
    if (usable.length === 0) return this.table()
    const [one, other, key] = expressions.random.pick(usable)
    const [left, right] = expressions.chance(50) ? [one, other] : [other, one]
    return this.join(this.table(left), this.table(right), key)
  }

  join(left: Source, right: Source, key: string): Source {
    const [a, b] = [left, right].map(({ columns }) => columns.find(({ name }) => name === key)!)
    const kind = this.expressions.chance(30) ? 'left join' : 'join'
    const on = fn('=', col(key, a!.rel), col(key, b!.rel))
    return {
      rel: { k: 'join', kind, left: left.rel, right: right.rel, on, using: null },
      columns: [...left.columns, ...right.columns],
    }
  }

  private joins(table: string, key: string): boolean {
    const column = this.schema.tables.get(table)?.find(({ name }) => name === key)
    return column !== undefined && (column.isPublic || column.showsEquality)
  }

  /** A column that identifies nobody, as an item of its own name. */
  clearItem(columns: readonly Named[], as: string): Item {
    const clear = this.expressions.clear(columns)
    return clear === undefined ? { e: fn('CURRENT_DATE'), as } : { e: this.expressions.column(clear), as }
  }
}
