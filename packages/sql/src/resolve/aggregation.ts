import { readIdentifier } from '../parser/identifier-node.ts'
import { isAbsent, isObject, type Json } from '../parser/node.ts'

export interface Aggregation {
  readonly minimumGroupSize: number
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
  readonly hasSubquery: boolean
  readonly having: Json | undefined
  readonly aliases: ReadonlyMap<string, Json>
}): RowOrigin => {
  const only = select.sources.length === 1 ? select.sources[0]! : manyTables
  if (!select.isGrouped) return only
  if (select.hasSubquery) return { aggregation: { minimumGroupSize: 1 }, ofOneTable: false }
  const counted = only.ofOneTable ? countBound(select.having, select.aliases) : 1
  return {
    aggregation: { minimumGroupSize: Math.max(1, counted, only.aggregation?.minimumGroupSize ?? 1) },
    ofOneTable: false,
  }
}

/** The largest `n` for which a part of the conjunction says `COUNT(*) >= n`. */
const countBound = (having: Json | undefined, aliases: ReadonlyMap<string, Json>): number => {
  let bound = 1
  const pending: (Json | undefined)[] = [having]
  while (pending.length > 0) {
    const node = pending.pop()
    if (!isObject(node)) continue
    if (!isAbsent(node.Nested)) pending.push(node.Nested)
    const operation = node.BinaryOp
    if (!isObject(operation)) continue
    const { left, op, right } = operation
    if (op === 'And') pending.push(left, right)
    else if (isCount(left, aliases)) bound = Math.max(bound, boundOf(op, right))
    else if (isCount(right, aliases)) bound = Math.max(bound, boundOf(mirrored.get(String(op)) ?? null, left))
  }
  return bound
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

/** `COUNT(*)` itself, or the name that the select list gives to it. */
const isCount = (node: Json | undefined, aliases: ReadonlyMap<string, Json>): boolean => {
  if (!isObject(node)) return false
  if (isObject(node.Identifier)) {
    const target = aliases.get(readIdentifier(node.Identifier).name)
    return isObject(target) && isObject(target.Function) && isCount(target, new Map())
  }
  const call = node.Function
  if (!isObject(call) || !isAbsent(call.over) || !isAbsent(call.filter)) return false
  const name: Json | undefined = Array.isArray(call.name) && call.name.length === 1 ? call.name[0] : undefined
  if (!isObject(name) || !isObject(name.Identifier) || readIdentifier(name.Identifier).name !== 'COUNT')
    return false
  const list = isObject(call.args) ? call.args.List : undefined
  if (!isObject(list) || !isAbsent(list.duplicate_treatment) || !Array.isArray(list.args)) return false
  const [parameter]: readonly Json[] = list.args
  return list.args.length === 1 && isObject(parameter) && parameter.Unnamed === 'Wildcard'
}
