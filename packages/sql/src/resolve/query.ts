import { isAbsent, type Json, openNode } from '../parser/node.ts'
import type { RowOrigin } from './aggregation.ts'
import { readFetch, readLimit, skipsRows, smallerLimit } from './limit.ts'
import { resolveOrderBy } from './order-by.ts'
import { type BodyResult, resolveBody } from './query-body.ts'
import type { CteScope, Relation, Scope, StatementContext } from './scope.ts'
import type { TableUse } from './table-use.ts'
import type { Value } from './value.ts'
import { resolveWith } from './with.ts'

/** A column of a query's result. `name` is null where Snowflake makes one up from the expression. */
export interface OutputColumn extends Value {
  readonly name: string | null
  /** Whether it stands for every column that a PIVOT makes of values, which nobody can name. */
  readonly repeats?: true
  /** Whether a name that Snowflake makes up for it, where it has none, may be a plain word. */
  readonly isMaybeWord?: true
  /** Whether its place among the others is not known. */
  readonly isUnplaced?: true
}

export interface QueryResult {
  readonly columns: readonly OutputColumn[]
  readonly origin: RowOrigin
  readonly rowLimit: number | null
  /** The one use of a stored table in its FROM, where its stored columns can be of no other row. */
  readonly within: TableUse | null
}

/** What a query sees from outside: the query around it, and common table expressions. */
export interface QueryEnvironment {
  readonly parent: Scope | null
  readonly ctes: CteScope | null
}

const FIELDS = new Set(['with', 'body', 'order_by', 'limit_clause', 'fetch'])

/** A whole query: WITH, body, ORDER BY, LIMIT. */
export const resolveQuery = (
  value: Json | undefined,
  context: StatementContext,
  environment: QueryEnvironment,
): QueryResult => context.findings.inQuery((isNested) => resolveWhole(value, context, environment, isNested))

const resolveWhole = (
  value: Json | undefined,
  context: StatementContext,
  environment: QueryEnvironment,
  isNested: boolean,
): QueryResult => {
  const node = openNode(value, 'a query', FIELDS)
  const inner: QueryEnvironment = isAbsent(node.with)
    ? environment
    : { parent: environment.parent, ctes: resolveWith(node.with, context, environment) }
  const body: BodyResult = resolveBody(node.body, context, inner)
  if (!isAbsent(node.order_by)) resolveOrderBy(node.order_by, body, context, inner)
  const limits = [body.rowLimit, readLimit(node.limit_clause), readFetch(node.fetch)]
  // Which rows are left hangs on the ones before them. Behind the limit of a whole statement nothing looks at that.
  const isLimited = body.isLimited || !isAbsent(node.limit_clause) || !isAbsent(node.fetch)
  if (isLimited && (isNested || skipsRows(node.limit_clause))) context.findings.lookAcross([])
  return {
    columns: body.columns,
    origin: body.origin,
    rowLimit: limits.reduce(smallerLimit, null),
    within: environment.parent === null ? singleUse(body.scope) : null,
  }
}

/** A subquery in an expression may give a column of the same name of another row. */
const singleUse = (scope: Scope | null): TableUse | null => {
  if (scope === null || scope.sawSubquery || scope.relations.length !== 1) return null
  const [{ use, within }] = scope.relations as [Relation]
  return use ?? within ?? null
}
