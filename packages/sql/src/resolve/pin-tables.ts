import { readIdentifier } from '../parser/identifier-node.ts'
import { isAbsent, isObject, type Json, type JsonObject } from '../parser/node.ts'
import { isCalled } from './column-reference.ts'
import type { BaseColumn } from './flow.ts'
import type { JoinConditions } from './from.ts'
import type { JoinKind } from './join-sides.ts'
import { columnsNamed, type NamedJoin, type Relation, type Scope } from './scope.ts'
import type { TableUse } from './table-use.ts'
import { storedColumn } from './value.ts'
import { readWrittenConstant, type WrittenConstant } from './written-constant.ts'

/**
 * Notes of the tables in the FROM of one SELECT which rows of them its conditions let through: those in which a column
 * equals one of the constants that WHERE names, or a column of another table in the same FROM. Aggregates, windows,
 * QUALIFY, ORDER BY and LIMIT see these rows alone.
 *
 * Only whole conjuncts count, and only of a SELECT in which nothing looks at rows before WHERE does. Everything that is not
 * known to be so notes nothing. In a view nothing is noted either: its constants are not in the text that is sent.
 *
 * Runs before the conditions are resolved, and tells the scope which of them pin.
 */
export const pinTables = (node: JsonObject, conditions: JoinConditions, scope: Scope): void => {
  // CONNECT BY walks over rows that WHERE leaves out afterwards.
  if (scope.context.openViews.length > 0 || !isAbsent(node.connect_by) || !isPlainFrom(node.from)) return
  if (!scope.relations.some(({ use }) => isUse(use))) return
  const isRenaming = renamesStars(node.projection)
  const find = (expression: Json | undefined) => findColumn(expression, scope, isRenaming)
  for (const condition of conjunctsOf(node.selection)) {
    if (pin(condition, find)) scope.pinning.add(condition)
    equate(equalityOf(condition), find, () => 'inner', scope)
  }
  for (const { expression, kind, before } of conditions)
    for (const condition of conjunctsOf(expression))
      equate(equalityOf(condition), find, (column) => sideOf(column, kind, before, scope), scope)
  for (const join of scope.namedJoins) equateNamed(join, scope)
}

/** A column of one use of a stored table. */
interface UsedColumn {
  readonly relation: Relation
  readonly use: TableUse
  /** Whether it stands in a query over the use: what is demanded of its rows here need not hold of all rows of the use. */
  readonly isWithin: boolean
  readonly column: BaseColumn
}

/** What a join does with a row of this column's side that has no partner. */
type Side = 'inner' | 'kept' | 'null' | 'unknown'

export const isUse = (use: TableUse | null | undefined): use is TableUse => use !== null && use !== undefined

/** Parts that AND holds together, each of which must hold by itself. */
const conjunctsOf = (condition: Json | undefined): readonly Json[] => {
  const parts: Json[] = []
  const pending: (Json | undefined)[] = [condition]
  while (pending.length > 0) {
    const node = pending.pop()
    if (!isObject(node)) continue
    const { Nested: nested, BinaryOp: operation } = node
    if (!isAbsent(nested)) pending.push(nested)
    else if (isObject(operation) && operation.op === 'And') pending.push(operation.right, operation.left)
    else parts.push(node)
  }
  return parts
}

const withoutParentheses = (expression: Json | undefined): Json | undefined => {
  let inner = expression
  while (isObject(inner) && !isAbsent(inner.Nested)) inner = inner.Nested
  return inner
}

interface Equality {
  readonly left: Json | undefined
  readonly right: Json | undefined
}

const equalityOf = (condition: Json): Equality | null => {
  const operation = isObject(condition) ? condition.BinaryOp : undefined
  return isObject(operation) && operation.op === 'Eq'
    ? { left: operation.left, right: operation.right }
    : null
}

type Find = (expression: Json | undefined) => UsedColumn | null

/** `column = constant`, `constant = column` and `column IN (constants)`. */
const pin = (condition: Json, find: Find): boolean => {
  const equality = equalityOf(condition)
  const list = isObject(condition) ? condition.InList : undefined
  const candidates: readonly (readonly [Json | undefined, readonly Json[]])[] =
    equality !== null
      ? [
          [equality.left, [equality.right ?? null]],
          [equality.right, [equality.left ?? null]],
        ]
      : isObject(list) && list.negated === false && Array.isArray(list.list)
        ? [[list.expr, list.list as readonly Json[]]]
        : []
  for (const [expression, written] of candidates) {
    const constants = constantsOf(written)
    const found = constants === null ? null : find(expression)
    if (found === null || found.isWithin || constants === null) continue
    found.use.pins.push({ column: found.column, constants })
    return true
  }
  return false
}

const constantsOf = (written: readonly Json[]): readonly WrittenConstant[] | null => {
  const constants = written.map((expression) => readWrittenConstant(withoutParentheses(expression)))
  return constants.length > 0 && constants.every((constant) => constant !== null) ? constants : null
}

/** Notes an equality for each side whose rows it binds: in an outer join for the side that may be missing alone. */
const equate = (
  equality: Equality | null,
  find: Find,
  sideOfColumn: (column: UsedColumn) => Side,
  scope: Scope,
): void => {
  if (equality === null) return
  scope.context.findings.spend(1)
  const left = find(equality.left)
  const right = left === null ? null : find(equality.right)
  if (left === null || right === null || left.use === right.use) return
  note(left, sideOfColumn(left), right, sideOfColumn(right))
}

const note = (left: UsedColumn, leftSide: Side, right: UsedColumn, rightSide: Side): void => {
  const isInner = leftSide === 'inner' && rightSide === 'inner'
  if (isInner || (leftSide === 'null' && rightSide === 'kept')) bind(left, right)
  if (isInner || (leftSide === 'kept' && rightSide === 'null')) bind(right, left)
}

const bind = ({ use, column, isWithin }: UsedColumn, other: UsedColumn): void => {
  if (!isWithin) use.equals.push({ column, use: other.use, to: other.column })
}

const sideOf = (
  { relation: own }: UsedColumn,
  kind: JoinKind,
  before: number,
  { relations }: Scope,
): Side => {
  if (kind === 'inner') return 'inner'
  if (kind === 'full') return 'unknown'
  const isLeft = relations.indexOf(own) < before
  return isLeft === (kind === 'left') ? 'kept' : 'null'
}

/** USING and NATURAL. The left side is one column, or several that inner joins made equal before. */
const equateNamed = ({ name, kind, before, end }: NamedJoin, scope: Scope): void => {
  const { relations, namedJoins } = scope
  const lefts = relations.slice(0, before).filter((relation) => columnsNamed(relation, name).length > 0)
  const rights = relations.slice(before, end).filter((relation) => columnsNamed(relation, name).length > 0)
  const isOneValue =
    lefts.length === 1 ||
    namedJoins.every((join) => join.name !== name || join.end > before || join.kind === 'inner')
  const left = lefts[0] === undefined ? null : usedColumn(lefts[0], name)
  const right = rights.length !== 1 ? null : usedColumn(rights[0]!, name)
  if (left === null || right === null || !isOneValue) return
  note(left, sideOf(left, kind, before, scope), right, sideOf(right, kind, before, scope))
}

/** A column as a name of this SELECT's own FROM means it without doubt. */
const findColumn = (expression: Json | undefined, scope: Scope, isRenaming: boolean): UsedColumn | null => {
  const node = withoutParentheses(expression)
  if (!isObject(node)) return null
  if (!isAbsent(node.Identifier)) return findBare(readIdentifier(node.Identifier).name, scope, isRenaming)
  const parts: Json | undefined = node.CompoundIdentifier
  if (!Array.isArray(parts) || parts.length < 2) return null
  const names = parts.map((part) => readIdentifier(part as Json).name)
  const called = scope.relations.filter((relation) => isCalled(relation, names.slice(0, -1)))
  return called.length === 1 ? usedColumn(called[0]!, names.at(-1)!) : null
}

/** A bare name may also be one that the select list gives to something else. */
const findBare = (name: string, scope: Scope, isRenaming: boolean): UsedColumn | null => {
  if (isRenaming || scope.aliases?.has(name) || scope.parameters?.has(name)) return null
  let first: Relation | null = null
  let holding = 0
  for (const relation of scope.relations) {
    if (columnsNamed(relation, name).length === 0) continue
    first ??= relation
    holding += 1
  }
  if (first === null) return null
  // Inner joins by the name made all columns of that name one value.
  const joins = scope.namedJoins.filter((join) => join.name === name)
  const isOneValue = joins.every(({ kind }) => kind === 'inner') && holding === joins.length + 1
  return isOneValue ? usedColumn(first, name) : null
}

/** Numbers alone: a text may equal others under a collation, and a conversion may make different values equal. */
const usedColumn = (relation: Relation, name: string): UsedColumn | null => {
  const columns = columnsNamed(relation, name)
  const [found] = columns
  const use = relation.use ?? relation.within
  if (!isUse(use) || found === undefined || columns.length > 1) return null
  const column = storedColumn(found)
  return column !== null && column.table === use.table && found.type.family === 'number'
    ? { relation, use, isWithin: !isUse(relation.use), column }
    : null
}

/** `*` with REPLACE or RENAME gives names that are not seen in the list. */
const renamesStars = (projection: Json | undefined): boolean =>
  !Array.isArray(projection) ||
  projection.some((item) => {
    if (!isObject(item)) return true
    const { Wildcard: all, QualifiedWildcard: qualified } = item
    const options: Json | undefined = isObject(all)
      ? all
      : Array.isArray(qualified)
        ? qualified[1]
        : undefined
    return isObject(options) && !(isAbsent(options.opt_replace) && isAbsent(options.opt_rename))
  })

/** Sources that hand on rows one by one, and joins that look at one pair of rows at a time. */
const isPlainFrom = (from: Json | undefined): boolean =>
  Array.isArray(from) && from.every((item) => isPlainJoin(item as Json))

const isPlainJoin = (value: Json): boolean => {
  if (!isObject(value) || !isPlainSource(value.relation)) return false
  const joins: Json | undefined = value.joins
  return (
    isAbsent(joins) ||
    (Array.isArray(joins) &&
      joins.every(
        (join) =>
          isObject(join) &&
          isPlainSource(join.relation) &&
          !(isObject(join.join_operator) && !isAbsent(join.join_operator.AsOf)),
      ))
  )
}

const isPlainSource = (value: Json | undefined): boolean => {
  if (!isObject(value)) return false
  const { Table: table, Derived: derived, NestedJoin: nested } = value
  if (isObject(nested)) return isPlainJoin(nested.table_with_joins ?? null)
  const source = isObject(table) ? table : derived
  return isObject(source) && isAbsent(source.sample)
}
