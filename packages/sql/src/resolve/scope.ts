import type { AbsentTables } from '../analysis.ts'
import type { CatalogueIndex, RelationColumn } from '../catalogue/catalogue-index.ts'
import type { Json } from '../parser/node.ts'
import type { SqlParser } from '../parser/sql-parser.ts'
import type { RowOrigin } from './aggregation.ts'
import type { Findings } from './findings.ts'
import type { JoinKind } from './join-sides.ts'
import type { SelectAliases } from './select-aliases.ts'
import type { TableUse } from './table-use.ts'
import type { Value } from './value.ts'

/** Something in FROM: a table, a view, a subquery, the output of a table function. Its columns are all known. */
export interface Relation {
  /** What it can be called by: its alias alone, or the parts of its full name. */
  readonly names: readonly string[]
  readonly columns: readonly RelationColumn[]
  readonly origin: RowOrigin
  /** The table whose own columns these are; null for a view, a query, or what a function gives. */
  readonly table?: string | null
  /** The column of a number from 1, where columns have no other names: those of staged files. */
  readonly columnAt?: (position: number) => RelationColumn
  /** The use of a stored table whose rows stand here as they are; null or absent for anything else. */
  readonly use?: TableUse | null
  /** For a query over one stored table: the use of which each row here holds columns of one row. */
  readonly within?: TableUse | null
}

/** A column that USING or NATURAL joined on. The relations before `before` stand to the left, those up to `end` to the right. */
export interface NamedJoin {
  readonly name: string
  readonly kind: JoinKind
  readonly before: number
  readonly end: number
}

/** Lists of so many columns are walked, which costs less than an index of them. */
const SHORT = 12
const indexes = new WeakMap<readonly RelationColumn[], ReadonlyMap<string, readonly RelationColumn[]>>()

/** The columns of a name in one relation: more than one where a subquery gives two of the same name. */
export const columnsNamed = ({ columns }: Relation, name: string): readonly RelationColumn[] => {
  if (columns.length <= SHORT) return columnsAmong(columns, name)
  let index = indexes.get(columns)
  if (index === undefined) {
    const byName = new Map<string, RelationColumn[]>()
    for (const column of columns) {
      const same = byName.get(column.name)
      if (same === undefined) byName.set(column.name, [column])
      else same.push(column)
    }
    index = byName
    indexes.set(columns, index)
  }
  return index.get(name) ?? none
}
const none: readonly RelationColumn[] = []

const columnsAmong = (columns: readonly RelationColumn[], name: string): readonly RelationColumn[] => {
  let found: RelationColumn[] | null = null
  for (const column of columns) {
    if (column.name !== name) continue
    if (found === null) found = [column]
    else found.push(column)
  }
  return found ?? none
}

/** The common table expressions that a place can see, innermost first. */
export interface CteScope {
  readonly name: string
  readonly columns: readonly RelationColumn[]
  readonly origin: RowOrigin
  readonly within?: TableUse | null
  readonly outer: CteScope | null
}

/** What every part of one statement shares. */
export interface StatementContext {
  readonly parser: SqlParser
  readonly catalogue: CatalogueIndex
  /** What is known not to exist, where the catalogue holds those tables alone that were looked up. */
  readonly absent: AbsentTables | undefined
  readonly database: string | null
  readonly schema: string | null
  readonly findings: Findings
  /** Canonical names of the views that are being opened, against a view that contains itself. */
  readonly openViews: readonly string[]
}

/** Where names are looked up: the FROM of one SELECT, with the enclosing SELECT behind it. */
export interface Scope {
  readonly context: StatementContext
  /** The enclosing query, whose columns a correlated subquery sees. */
  readonly parent: Scope | null
  readonly ctes: CteScope | null
  readonly relations: Relation[]
  /** Columns that USING or NATURAL made one. */
  readonly merged: Map<string, Value>
  readonly namedJoins: NamedJoin[]
  /** The conjuncts of WHERE that pin a column. */
  readonly pinning: Set<Json>
  /** What the WINDOW clause calls by a name. */
  readonly windows: Map<string, Json>
  /** The select list's names, once it is known. */
  aliases: SelectAliases | null
  /** Parameters of a lambda, in front of everything else. */
  readonly parameters: ReadonlyMap<string, Value> | null
  /** Whether LEVEL is a column here. */
  isHierarchical: boolean
  /** Whether each group of this SELECT holds a row, or the one group there is holds a whole table. */
  hasRows: boolean
  /** Whether an aggregate function was met in this SELECT. */
  sawAggregate: boolean
  /** Whether an expression of this SELECT, or of one inside of it, holds a subquery. */
  sawSubquery: boolean
}

export const createScope = (
  context: StatementContext,
  options: { parent?: Scope | null; ctes?: CteScope | null; parameters?: ReadonlyMap<string, Value> } = {},
): Scope => ({
  context,
  parent: options.parent ?? null,
  ctes: options.ctes ?? null,
  relations: [],
  merged: new Map(),
  namedJoins: [],
  pinning: new Set(),
  windows: new Map(),
  aliases: null,
  parameters: options.parameters ?? null,
  isHierarchical: false,
  hasRows: false,
  sawAggregate: false,
  sawSubquery: false,
})
