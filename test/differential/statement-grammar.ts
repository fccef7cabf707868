import type { SeededRandom } from '../fuzz/seeded-random.ts'
import { ExpressionGrammar, type ExpressionKind, expressionKinds, type Named } from './expression-grammar.ts'
import { namesOfGroupPlaces, places, type Spice } from './place-grammar.ts'
import { type ReadableSchema, SourceGrammar } from './source-grammar.ts'
import {
  type Assignment,
  type Change,
  type Expr,
  fn,
  type Insert,
  plainSettings,
  type Query,
  query,
  type Settings,
  type Statement,
  select,
} from './statement-tree.ts'
import { WeightedChoice } from './weighted-choice.ts'

export interface Generated {
  readonly statement: Statement
  /** Where the classified value stands, and what is made of it. */
  readonly place: string
  readonly kind: ExpressionKind
}

/** Makes statements that touch what is classified, in every place and form that the analysis must judge. */
export class StatementGrammar {
  readonly #random: SeededRandom
  readonly #expressions: ExpressionGrammar
  readonly #sources: SourceGrammar
  readonly #choice = new WeightedChoice()
  readonly #places: readonly string[]
  readonly #schema: ReadableSchema

  constructor(random: SeededRandom, schema: ReadableSchema) {
    this.#random = random
    this.#schema = schema
    this.#expressions = new ExpressionGrammar(
      random,
      schema.minimumGroupSize !== null || schema.subjectOf.size > 0 ? 40 : 3,
    )
    this.#sources = new SourceGrammar(schema, this.#expressions)
    this.#places = schema.minimumGroupSize === null ? Object.keys(places) : namesOfGroupPlaces
  }

  next(): Generated {
    const { written } = this.#schema
    const isSession = written !== null && this.#random.below(2) === 0
    this.#expressions.hasVariables = isSession && this.#random.below(3) === 0
    this.#sources.begin()
    const inserts = isSession
      ? Array.from({ length: this.#random.below(3) }, () => this.#insert(written))
      : []
    const changes = isSession && this.#random.below(2) === 0 ? [this.#change(written)] : []
    this.#sources.preferred = inserts.length + changes.length > 0 ? written : null
    const place = this.#choice.pick(this.#random, this.#places)
    const kind = this.#choice.pick(this.#random, expressionKinds, `${place}/`) as ExpressionKind
    const q = this.#query(place, kind)
    this.#sources.preferred = null
    const settings = this.#settings()
    if (!isSession) return { statement: { q, settings }, place, kind }
    const setsTimeZone = settings.dateFormat === plainSettings.dateFormat && settings.timeZone !== 'UTC'
    return { statement: { q, settings, setsTimeZone, inserts, changes }, place: `session: ${place}`, kind }
  }

  #query(place: string, kind: ExpressionKind): Query {
    const spice: Spice = (columns: readonly Named[], other?: ExpressionKind) =>
      this.#expressions.make(other ?? kind, columns)
    const context = { sources: this.#sources, expressions: this.#expressions, random: this.#random, spice }
    return places[place]!(context)
  }

  /** Most rows are written from columns of the same names; some from a query of any form, whose outputs are two. */
  #insert(table: string): Insert {
    const random = this.#random
    const expressions = this.#expressions
    const columns = this.#sources.columnsOf(table, table)
    if (random.below(3) === 0) {
      const target = random.pick(columns.slice(1))
      return {
        table,
        columns: [columns[0]!.name, target.name],
        q: this.#query(
          random.pick(this.#places),
          random.pick(['plain', 'plain', 'cast', 'function', 'unifying']),
        ),
      }
    }
    const source = this.#sources.table()
    const targets = columns.filter(({ name }) => source.columns.some((known) => known.name === name))
    const items = (targets.length > 0 ? targets : columns).filter(() => random.below(2) === 0).slice(0, 3)
    const written = items.length > 0 ? items : columns.slice(0, 1)
    const expressionFor = (target: Named): Expr => {
      const same = source.columns.find(({ name }) => name === target.name)
      if (same !== undefined && random.below(5) > 0) return expressions.column(same)
      return random.below(3) === 0
        ? expressions.make(random.pick(['cast', 'function', 'unifying', 'condition']), source.columns)
        : random.below(2) === 0
          ? expressions.constantFor(target)
          : expressions.column(expressions.subject(source.columns))
    }
    return {
      table,
      columns: written.map(({ name }) => name),
      q: query(
        select(
          written.map((target, index) => ({ e: expressionFor(target), as: `C${index}` })),
          source.rel,
        ),
      ),
    }
  }

  /** Most rows are changed by a column of the same name, where a number of no class is the same. */
  #change(table: string): Change {
    const random = this.#random
    const expressions = this.#expressions
    const own = this.#sources.columnsOf(table, 'W')
    const k = random.pick(['update', 'update', 'delete', 'merge'] as const)
    const source = k === 'merge' || random.below(2) === 0 ? this.#sources.table() : null
    const beside = source?.columns ?? []
    const all = [...own, ...beside]
    const number = ({ family }: { readonly family: string }) => family === 'number'
    const [left, right] = [expressions.clear(own, number), expressions.clear(beside, number)]
    const key =
      left !== undefined && right !== undefined && random.below(4) > 0
        ? fn('=', expressions.column(left), expressions.column(right))
        : null
    const asked =
      random.below(3) === 0 ? expressions.make(random.pick(['comparison', 'condition']), all) : null
    const joined = key !== null && asked !== null ? fn('AND', key, asked) : (key ?? asked)
    const valueFor = (target: Named, from: readonly Named[]): Expr => {
      const same = from.filter(({ name, rel }) => name === target.name && rel !== 'W')
      if (same.length > 0 && random.below(5) > 0) return expressions.column(same[0]!)
      if (from.length === 0 || random.below(3) === 0) return expressions.constantFor(target)
      return expressions.make(random.pick(['plain', 'cast', 'function', 'unifying', 'condition']), from)
    }
    const assign = (from: readonly Named[]): Assignment[] => {
      const shared = own.filter(({ name }) => from.some((known) => known.name === name && known.rel !== 'W'))
      const target = random.pick(shared.length > 0 && random.below(3) > 0 ? shared : own)
      return [{ name: target.name, e: valueFor(target, from) }]
    }
    return {
      k,
      table,
      as: 'W',
      from: source?.rel ?? null,
      where:
        k === 'merge'
          ? (joined ?? fn('=', expressions.column(own[0]!), expressions.column(own[0]!)))
          : joined,
      sets: k === 'delete' ? [] : assign(all),
      inserted: k === 'merge' && random.below(2) === 0 ? assign(beside) : [],
    }
  }

  learn({ place, kind }: Generated, isAllowed: boolean): void {
    this.#choice.learn(place, isAllowed)
    this.#choice.learn(`${place}/${kind}`, isAllowed)
  }

  #settings(): Settings {
    if (this.#random.below(5) > 0) return plainSettings
    return {
      timeZone: this.#random.pick(['UTC', 'Asia/Tokyo', 'America/Los_Angeles'] as const),
      dateFormat: this.#random.pick(['YYYY-MM-DD', 'DD-MON-YYYY', 'MM/DD/YYYY'] as const),
    }
  }
}
