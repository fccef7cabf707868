import { readIdentifier } from '../parser/identifier-node.ts'
import { isAbsent, isObject, type Json } from '../parser/node.ts'
import type { BaseColumn } from './flow.ts'

export interface Aggregation {
  readonly minimumGroupSize: number
  /** Columns that HAVING counts the different values of, with the least number that it demands. */
  readonly distinct: readonly { readonly column: BaseColumn; readonly least: number }[]
  /** Columns that HAVING counts the values of, with the least number that it demands. */
  readonly counted: readonly { readonly column: BaseColumn; readonly least: number }[]
  /** Columns that GROUP BY names by themselves, without grouping sets: a row is of one value of each. */
  readonly keys: readonly BaseColumn[]
  /** Whether it folds one stored table without a condition, so that a group holds a row wherever the table does. */
  readonly ofWholeTable: boolean
}

/** What the rows of a relation stand for. */
export interface RowOrigin {
  /** Non-null when every row stands for a group of at least so many rows of tables. */
  readonly aggregation: Aggregation | null
  /** Whether different rows are different rows of one table: only then does COUNT(*) count what it seems to. */
  readonly ofOneTable: boolean
}

export const manyTables: RowOrigin = { aggregation: null, ofOneTable: false }
export const oneTable: RowOrigin = { aggregation: null, ofOneTable: true }

/**
 * What the rows of a SELECT stand for. A join can repeat rows at will, so a COUNT(*) over one guarantees nothing:
 * the least group size is taken from HAVING only over a single table, or from an inner query that has it already.
 * A subquery in an expression brings rows of its own, which no HAVING of the outer query counts.
 */
export const rowOriginOf = (select: {
  readonly sources: readonly RowOrigin[]
  readonly isGrouped: boolean
  /** Whether every source is a stored table: no rows of the writer's own repeat theirs. */
  readonly ofStoredTables: boolean
  /** CONNECT BY gives a row as often as paths lead to it. */
  readonly multipliesRows: boolean
  readonly hasSubquery: boolean
  readonly having: Json | undefined
  readonly aliases: ReadonlyMap<string, Json>
  readonly keys: readonly BaseColumn[]
  readonly ofWholeTable: boolean
  /** The stored column that an expression is, if it is one. */
  readonly columnOf: (expression: Json) => BaseColumn | null
}): RowOrigin => {
  const single = select.sources.length === 1 ? select.sources[0]! : manyTables
  // A subquery that finds two rows for one value is an error, which tells of single rows whatever is grouped around it.
  const only = select.multipliesRows || select.hasSubquery ? { ...single, ofOneTable: false } : single
  if (!select.isGrouped) return only
  const { keys, ofWholeTable } = select
  if (select.hasSubquery)
    return {
      aggregation: { minimumGroupSize: 1, distinct: [], counted: [], keys, ofWholeTable },
      ofOneTable: false,
    }
  const bounds = countBounds(select)
  // Different values of one column are of as many rows, in whatever way tables repeat them.
  const size = Math.max(
    1,
    ...bounds.map(({ least, column }) =>
      only.ofOneTable || (column !== null && select.ofStoredTables) ? least : 1,
    ),
  )
  return {
    aggregation: {
      minimumGroupSize: Math.max(size, only.aggregation?.minimumGroupSize ?? 1),
      distinct: bounds.flatMap(({ column, least }) =>
        column === null || !select.ofStoredTables ? [] : { column, least },
      ),
      counted: bounds.flatMap(({ counted, least }) =>
        counted === null || !only.ofOneTable ? [] : { column: counted, least },
      ),
      keys,
      ofWholeTable,
    },
    ofOneTable: false,
  }
}

interface CountBound {
  readonly least: number
  /** The column whose different values are counted; null for a number of rows. */
  readonly column: BaseColumn | null
  /** The column whose values are counted, different or not; null for all rows. */
  readonly counted: BaseColumn | null
}

interface Counting {
  readonly having: Json | undefined
  readonly aliases: ReadonlyMap<string, Json>
  readonly columnOf: (expression: Json) => BaseColumn | null
}

/** `COUNT(…) BETWEEN n AND m`. */
const betweenBound = (node: Json | undefined, select: Counting): readonly CountBound[] => {
  if (!isObject(node) || node.negated !== false) return []
  const counted = readCount(node.expr, select)
  return counted === null ? [] : [{ ...counted, least: boundOf('GtEq', node.low) }]
}

/** `NOT (COUNT(…) < n)`. */
const negatedBounds = (node: Json | undefined, select: Counting): readonly CountBound[] => {
  if (!isObject(node) || node.op !== 'Not') return []
  const inner = withoutParentheses(node.expr)
  const comparison = isObject(inner) ? inner.BinaryOp : undefined
  if (!isObject(comparison)) return []
  const op = negated.get(String(comparison.op))
  return op === undefined ? [] : countBounds({ ...select, having: { BinaryOp: { ...comparison, op } } })
}

const withoutParentheses = (node: Json | undefined): Json | undefined => {
  let inner = node
  while (isObject(inner) && !isAbsent(inner.Nested)) inner = inner.Nested
  return inner
}

const negated: ReadonlyMap<string, string> = new Map([
  ['Lt', 'GtEq'],
  ['LtEq', 'Gt'],
  ['Gt', 'LtEq'],
  ['GtEq', 'Lt'],
])

/** Every part of the conjunction that says `COUNT(…) >= n`. */
const countBounds = (select: Counting): readonly CountBound[] => {
  const bounds: CountBound[] = []
  const pending: (Json | undefined)[] = [select.having]
  while (pending.length > 0) {
    const node = pending.pop()
    if (!isObject(node)) continue
    if (!isAbsent(node.Nested)) pending.push(node.Nested)
    bounds.push(...betweenBound(node.Between, select), ...negatedBounds(node.UnaryOp, select))
    const operation = node.BinaryOp
    if (!isObject(operation)) continue
    const { left, op, right } = operation
    if (op === 'And') {
      pending.push(left, right)
      continue
    }
    for (const [side, value, operator] of [
      [left, right, op],
      [right, left, mirrored.get(String(op)) ?? null],
    ] as const) {
      const counted = readCount(side, select)
      if (counted !== null) bounds.push({ ...counted, least: boundOf(operator, value) })
    }
  }
  return bounds
}

const mirrored: ReadonlyMap<string, string> = new Map([
  ['Lt', 'Gt'],
  ['LtEq', 'GtEq'],
  ['Eq', 'Eq'],
])

const boundOf = (operator: Json | undefined, value: Json | undefined): number => {
  const literal = isObject(value) && isObject(value.Value) ? value.Value.value : undefined
  const written = isObject(literal) && Array.isArray(literal.Number) ? literal.Number[0] : undefined
  if (typeof written !== 'string' || !/^\d{1,9}$/.test(written)) return 1
  if (operator === 'GtEq' || operator === 'Eq') return Number(written)
  return operator === 'Gt' ? Number(written) + 1 : 1
}

/** A call of COUNT, or the name that the select list gives to one. What it counts is never more than the rows. */
const readCount = (node: Json | undefined, select: Counting): Omit<CountBound, 'least'> | null => {
  if (!isObject(node)) return null
  if (isObject(node.Identifier)) {
    const target = select.aliases.get(readIdentifier(node.Identifier).name)
    return isObject(target) && isObject(target.Function)
      ? readCount(target, { ...select, aliases: new Map() })
      : null
  }
  const call = node.Function
  if (!isObject(call) || !isAbsent(call.over) || !isAbsent(call.filter)) return null
  const name: Json | undefined = Array.isArray(call.name) && call.name.length === 1 ? call.name[0] : undefined
  if (!isObject(name) || !isObject(name.Identifier) || readIdentifier(name.Identifier).name !== 'COUNT')
    return null
  const list = isObject(call.args) ? call.args.List : undefined
  if (!isObject(list) || !Array.isArray(list.args)) return null
  const [parameter]: readonly Json[] = list.args
  if (list.args.length !== 1 || !isObject(parameter)) return null
  const expression = isObject(parameter.Unnamed) ? parameter.Unnamed.Expr : undefined
  const counted = isAbsent(expression) ? null : select.columnOf(expression!)
  return { column: list.duplicate_treatment === 'Distinct' ? counted : null, counted }
}
