import type { Digest } from './digest.ts'

/** What a statement does, named by its effect and not by its keyword. */
export const effects = [
  'select',
  'insert',
  'update',
  'delete',
  'merge',
  'truncate',
  'create',
  'alter',
  'drop',
  'grant',
  'export',
  'put',
  'get',
  'share',
  'call',
  'session',
  'transaction',
  'metadata',
] as const
export type Effect = (typeof effects)[number]

/** Places where a column steers a result without being in it: each is an inference channel. */
export const usePlaces = [
  'filter',
  'join',
  'group',
  'order',
  'having',
  'qualify',
  'window',
  'connectBy',
] as const
export type UsePlace = (typeof usePlaces)[number]

/** `DATABASE.SCHEMA.TABLE`, each part as Snowflake stores it (quoted with `"` only where it is not a plain upper-case name). */
export type TableName = string
/** `DATABASE.SCHEMA.TABLE.COLUMN`, in the same form. */
export type ColumnName = string

/**
 * How one base column reaches an output.
 *
 * `value`: the column's value itself (alias, cast, trim, MIN, MAX, ANY_VALUE, union arm, subquery).
 * `derived`: computed from it (substring, concat, case, hash, arithmetic, JSON path, LISTAGG, AVG).
 * `distinct`: only how many different values there are (COUNT DISTINCT), which tells whether values are equal.
 * `count`: only how many values there are (COUNT of the column, IS NULL).
 * When several paths exist the least protective is reported: derived over value over distinct over count.
 */
export interface ColumnFlow {
  readonly column: ColumnName
  /** The family of the stored column's type: `text`, `number`, `date`, `timestamp`, …; `unknown` or absent where not known. */
  readonly type?: string
  readonly via: 'value' | 'derived' | 'distinct' | 'count'
  /** Every function the value passed through on any path, upper case, sorted. Operators are `||`, `+`, `CASE`, `:`. */
  readonly functions: readonly string[]
  /** Whether the value was mixed or compared with one of the writer's choice: a constant, a bind, the present date. */
  readonly chosen?: boolean
  /** Whether such values were more than a hundred constants of the text: rows that the writer made, or something computed. */
  readonly many?: boolean
  /** Other columns that the value was mixed or compared with. Sorted. */
  readonly against?: readonly ColumnName[]
  /** The function of each path that takes the stored value, sorted. Absent where any of `functions` may be it. */
  readonly first?: readonly string[]
  /**
   * The functions of each path up to its last aggregate, sorted: the others compute from whole groups. Absent where all of
   * `functions` may come before one.
   */
  readonly folded?: readonly string[]
}

/**
 * What the outcome of a statement tells of a column, each kind more than the one before: which values are equal, which
 * is larger, any other predicate or computation, and whether computing with a value fails.
 */
export const observationKinds = ['equality', 'order', 'part', 'fail'] as const
export type ObservationKind = (typeof observationKinds)[number]

/**
 * One way in which a statement looks at a column's values, wherever it does so and whether or not the result is read.
 * It names functions and columns, and no literal.
 */
export interface Observation {
  readonly column: ColumnName
  readonly kind: ObservationKind
  /** The clause that looks; null for a computation outside of those. */
  readonly place: UsePlace | null
  /** Functions and operators from the column to here, upper case, sorted. */
  readonly functions: readonly string[]
  /**
   * For `fail` the function or operator that fails for some values; for another kind the one that skips something that
   * may fail, depending on the column.
   */
  readonly by?: string
  /**
   * Whether what is skipped fails by nothing but a bind that pins a column in `tableUses`. It cannot fail where every such
   * bind is a whole number.
   */
  readonly byPin?: true
  readonly chosen?: boolean
  readonly many?: boolean
  readonly against?: readonly ColumnName[]
  readonly first?: readonly string[]
  readonly folded?: readonly string[]
  /** For a division that fails: the columns of which its divisor is the number of different values, if it is one. */
  readonly dividesBy?: readonly ColumnName[]
}

export interface OutputColumn {
  /** The result column's name as Snowflake will report it, or null where Snowflake makes one up from the expression. */
  readonly name: string | null
  /** Sorted base columns. */
  readonly columns: readonly ColumnName[]
  readonly flows: readonly ColumnFlow[]
  /**
   * Whether it stands for as many columns of the result, none included, as a PIVOT meets values. Their names are those
   * values. At most one output does.
   */
  readonly repeats?: true
}

export interface TableRead {
  readonly table: TableName
  /** Every column of it that the statement touches anywhere, sorted, unqualified. */
  readonly columns: readonly string[]
  /**
   * How often the table is a source of rows, each use of a view or a common table expression over it counted: 2 for a
   * self join. Then different rows of it stand in one row of the result. Once when absent.
   */
  readonly occurrences?: number
}

/** Where a statement writes a constant: a literal by its offsets in the text that is sent, a bind by its number from 1. */
export type ConstantPlace = { readonly start: number; readonly end: number } | { readonly bind: number }

/**
 * One use of a stored table as a source of rows, with what its SELECT demands of its rows by conditions that hold in every
 * row that is left. It names places and no literal.
 */
export interface TableUse {
  readonly table: TableName
  /** Number columns that equal one of these constants. */
  readonly pins: readonly { readonly column: ColumnName; readonly constants: readonly ConstantPlace[] }[]
  /**
   * Number columns that equal a column of another use, by its index. Where an outer join found no partner, every column of
   * this use is NULL.
   */
  readonly equals: readonly {
    readonly column: ColumnName
    readonly use: number
    readonly to: ColumnName
  }[]
}

export interface TableWrite {
  readonly table: TableName
  readonly effect: Effect
  /** Where each written column's values come from. Empty for DROP, TRUNCATE, DELETE. */
  readonly columns: readonly {
    readonly name: string
    readonly columns: readonly ColumnName[]
    readonly flows: readonly ColumnFlow[]
  }[]
}

export interface Aggregation {
  /** The least number of rows that HAVING COUNT(…) guarantees, 1 without one. */
  readonly minimumGroupSize: number
  /** Columns of which HAVING COUNT(DISTINCT …) guarantees so many different values in each group. */
  readonly distinct?: readonly { readonly column: ColumnName; readonly least: number }[]
  /** Columns of which HAVING COUNT(…) guarantees so many values in each group. */
  readonly counted?: readonly { readonly column: ColumnName; readonly least: number }[]
  /** Columns of which a condition or a key asks whether there is a value, and that rows without one may pass. Sorted. */
  readonly byPresence?: readonly ColumnName[]
  /** Columns that GROUP BY names by themselves, so that a group is of one value of each. Sorted. */
  readonly keys?: readonly ColumnName[]
  /** Whether the rows are all those of one stored table, so that no group is without one unless the table is empty. */
  readonly ofWholeTable?: true
}

export interface StatementFacts {
  readonly effects: readonly Effect[]
  /** The statement's own text without literals, comments or names outside the catalogue. Safe to record. */
  readonly text: string
  /** Hash of the literal-free form: equal for statements that differ only in literals. */
  readonly fingerprint: Digest
  /** Hash of the exact text that would be sent. */
  readonly digest: Digest
}

export interface AnalyzedStatement extends StatementFacts {
  readonly status: 'analyzed'
  /** `select`, `insert`, `create-table`, `use`, …: kebab-case, for people. */
  readonly kind: string
  readonly reads: readonly TableRead[]
  /** Of a query that compares columns with constants: every use of every table, those in views and subqueries too. */
  readonly tableUses?: readonly TableUse[]
  readonly writes: readonly TableWrite[]
  readonly outputs: readonly OutputColumn[]
  readonly uses: Readonly<Record<UsePlace, readonly ColumnName[]>>
  /** One for each column, kind and place. */
  readonly observations: readonly Observation[]
  /**
   * Everything that looks at several rows for one: windows, patterns, hierarchies, grouping sets, limits on the rows of a
   * part. For each the stored columns within whose equal values it stays, sorted; none where it looks at all rows.
   */
  readonly acrossRows: readonly (readonly ColumnName[])[]
  /** Whether something in it fails whatever columns hold, as soon as there is a row, or by how many rows there are. */
  readonly failsAlone: boolean
  readonly functions: readonly string[]
  readonly stages: readonly string[]
  readonly variables: readonly string[]
  /** Non-null when every output row stands for a group of rows. */
  readonly aggregation: Aggregation | null
  /** The outermost LIMIT / TOP / FETCH when it is a literal. */
  readonly rowLimit: number | null
}

/**
 * Why a statement was not understood: shown to people and agents, so free of literals. The message may quote names that
 * the statement uses: it is for the statement's writer. What is recorded is the code.
 */
export interface RefusalReason {
  /** Kebab-case, from a closed list of `@snowfence/sql`. */
  readonly code: string
  readonly message: string
  readonly hint: string
  /** 1-based place in the text as it was given. */
  readonly line: number
  readonly column: number
}

export interface UnsupportedStatement extends StatementFacts {
  readonly status: 'unsupported'
  readonly kind: string
  readonly reason: RefusalReason
}

export type StatementSummary = AnalyzedStatement | UnsupportedStatement
