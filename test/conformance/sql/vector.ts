import { readdirSync, readFileSync } from 'node:fs'
import {
  type Catalog,
  catalogSchema,
  type Effect,
  type StatementSummary,
  type UsePlace,
} from '@snowfence/core'

/** A long text told by its parts: `before`, then `repeat` so many `times`, then `after`. */
interface RepeatedText {
  readonly before: string
  readonly repeat: string
  readonly times: number
  readonly after: string
}

export interface ExpectedColumn {
  /** Absent: the name is not asserted. Null: Snowflake makes one up. */
  readonly name?: string | null
  readonly columns: readonly string[]
  readonly via?: 'value' | 'derived' | 'distinct' | 'count'
}

/** What an analysis must say. What is absent is not asserted. */
export interface Expectation {
  /** Absent: refusing is as good as analysing; when it is analysed, the rest of the expectation holds. */
  readonly status?: StatementSummary['status']
  readonly kind?: string
  readonly effects?: readonly Effect[]
  /** For statements where several answers are right. */
  readonly effectsOneOf?: readonly (readonly Effect[])[]
  readonly reads?: readonly { readonly table: string; readonly columns: readonly string[] }[]
  readonly outputs?: readonly ExpectedColumn[]
  readonly uses?: Partial<Readonly<Record<UsePlace, readonly string[]>>>
  /** Columns that must be in an output's lineage, a written column's, or in a use of any place. */
  readonly carried?: readonly string[]
  readonly writes?: readonly {
    readonly table: string
    readonly effect: Effect
    readonly columns: readonly ExpectedColumn[]
  }[]
  readonly functions?: readonly string[]
  readonly stages?: readonly string[]
  readonly variables?: readonly string[]
  readonly aggregation?: { readonly minimumGroupSize: number } | null
  readonly rowLimit?: number | null
  readonly reasonCode?: string
  /** More columns than the expected ones are right too; fewer never are. */
  readonly superset?: boolean
}

export interface Vector {
  readonly id: string
  /** The claim, in a few words. */
  readonly about: string
  readonly sql: string | RepeatedText
  /** The session's database and schema: `CLINIC` and `PUBLIC` where absent, none where null. */
  readonly database?: string | null
  readonly schema?: string | null
  readonly expect: Expectation
}

const folder = new URL('./', import.meta.url)

/** Every file of vectors in this folder, by theme. */
export const listThemes = (): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => name.slice(0, -'.jsonl'.length))
    .sort()

export const readVectors = (theme: string): readonly Vector[] =>
  readFileSync(new URL(`${theme}.jsonl`, folder), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Vector)

/** The warehouse that the vectors of a theme speak of. */
export const readCatalog = (theme: string): Catalog => {
  const name = theme.startsWith('tpc') ? `${theme}-catalog.json` : 'catalog.json'
  return catalogSchema.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8')))
}

export const textOf = ({ sql }: Vector): string =>
  typeof sql === 'string' ? sql : sql.before + sql.repeat.repeat(sql.times) + sql.after

export const sessionOf = (vector: Vector): { database: string | null; schema: string | null } => ({
  database: vector.database === undefined ? 'CLINIC' : vector.database,
  schema: vector.schema === undefined ? 'PUBLIC' : vector.schema,
})
