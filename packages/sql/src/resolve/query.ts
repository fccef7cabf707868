import { isAbsent, type Json, openNode } from '../parser/node.ts'
import type { RowOrigin } from './aggregation.ts'
import { readFetch, readLimit, smallerLimit } from './limit.ts'
import { resolveOrderBy } from './order-by.ts'
import { type BodyResult, resolveBody } from './query-body.ts'
import type { CteScope, Scope, StatementContext } from './scope.ts'
import type { Value } from './value.ts'
import { resolveWith } from './with.ts'

/** A column of a query's result. `name` is null where Snowflake makes one up from the expression. */
export interface OutputColumn extends Value {
  readonly name: string | null
}

export interface QueryResult {
  readonly columns: readonly OutputColumn[]
  readonly origin: RowOrigin
  readonly rowLimit: number | null
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
): QueryResult => {
  const node = openNode(value, 'a query', FIELDS)
  const inner: QueryEnvironment = isAbsent(node.with)
    ? environment
    : { parent: environment.parent, ctes: resolveWith(node.with, context, environment) }
  const body: BodyResult = resolveBody(node.body, context, inner)
  if (!isAbsent(node.order_by)) resolveOrderBy(node.order_by, body, context, inner)
  const limits = [body.rowLimit, readLimit(node.limit_clause), readFetch(node.fetch)]
  return {
    columns: body.columns,
    origin: body.origin,
    rowLimit: limits.reduce(smallerLimit, null),
  }
}
