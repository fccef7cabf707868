import type { SeededRandom } from '../fuzz/seeded-random.ts'
import { ExpressionGrammar, type ExpressionKind, expressionKinds, type Named } from './expression-grammar.ts'
import { namesOfGroupPlaces, places, type Spice } from './place-grammar.ts'
import { type ReadableSchema, SourceGrammar } from './source-grammar.ts'
import { plainSettings, type Settings, type Statement } from './statement-tree.ts'
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

  constructor(random: SeededRandom, schema: ReadableSchema) {
    this.#random = random
    this.#expressions = new ExpressionGrammar(
      random,
      schema.minimumGroupSize !== null || schema.subjectOf.size > 0 ? 40 : 3,
    )
    this.#sources = new SourceGrammar(schema, this.#expressions)
    this.#places = schema.minimumGroupSize === null ? Object.keys(places) : namesOfGroupPlaces
  }

  next(): Generated {
    this.#sources.begin()
    const place = this.#choice.pick(this.#random, this.#places)
    const kind = this.#choice.pick(this.#random, expressionKinds, `${place}/`) as ExpressionKind
    const spice: Spice = (columns: readonly Named[], other?: ExpressionKind) =>
      this.#expressions.make(other ?? kind, columns)
    const q = places[place]!({
      sources: this.#sources,
      expressions: this.#expressions,
      random: this.#random,
      spice,
    })
    return { statement: { q, settings: this.#settings() }, place, kind }
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
