import type { SeededRandom } from '../fuzz/seeded-random.ts'
import { acrossPlaces } from './across-places.ts'
import type { ExpressionGrammar, ExpressionKind, Named } from './expression-grammar.ts'
import { groupPlaces } from './group-places.ts'
import { nestedPlaces } from './nested-places.ts'
import { queryPlaces } from './query-places.ts'
import type { SourceGrammar } from './source-grammar.ts'
import type { Expr, Query } from './statement-tree.ts'
import { statisticPlaces } from './statistic-places.ts'

/** Makes the expression that holds the classified value. */
export type Spice = (columns: readonly Named[], kind?: ExpressionKind) => Expr

export interface PlaceContext {
  readonly sources: SourceGrammar
  readonly expressions: ExpressionGrammar
  readonly random: SeededRandom
  readonly spice: Spice
}

/** Puts an expression somewhere in a statement. */
export type Place = (context: PlaceContext) => Query

/** Every place, read and unread, that a classified value can stand in. */
export const places: Readonly<Record<string, Place>> = {
  ...queryPlaces,
  ...nestedPlaces,
  ...groupPlaces,
  ...statisticPlaces,
  ...acrossPlaces,
}

/** The places that are worth trying where only groups may be read. */
export const namesOfGroupPlaces: readonly string[] = Object.keys({ ...groupPlaces, ...statisticPlaces })
