import type { RelationColumn } from '../catalogue/catalogue-index.ts'
import {
  isObject,
  type Json,
  type JsonObject,
  listOf,
  openNode,
  unknownSyntax,
  variantOf,
} from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { manyTables, type RowOrigin } from './aggregation.ts'
import { comparable, compute, counterpartOf, joined } from './compute.ts'
import { resolveAll } from './expression.ts'
import { meet, passThrough } from './lineage.ts'
import type { MaybeNamed } from './made-up-name.ts'
import { type OutputColumn, type QueryEnvironment, resolveQuery } from './query.ts'
import { refuseRepeated } from './repeated-column.ts'
import { createScope, type Scope, type StatementContext } from './scope.ts'
import { resolveSelect } from './select.ts'
import { refuseUnplaced } from './unplaced-column.ts'
import { nullConstant, type Value } from './value.ts'

export interface BodyResult {
  readonly columns: readonly OutputColumn[]
  readonly origin: RowOrigin
  readonly rowLimit: number | null
  /** Whether TOP limits its rows, by a number that may not be known. */
  readonly isLimited: boolean
  /** The SELECT's own scope, which its ORDER BY sees too; null for set operations and VALUES. */
  readonly scope: Scope | null
}

/** A query without WITH, ORDER BY and LIMIT. */
export const resolveBody = (
  value: Json | undefined,
  context: StatementContext,
  environment: QueryEnvironment,
): BodyResult => {
  const { name, body } = variantOf(value, 'a query')
  switch (name) {
    case 'Select':
      return resolveSelect(body, context, environment)
    case 'Query':
      return { ...resolveQuery(body, context, environment), isLimited: false, scope: null }
    case 'SetOperation':
      return {
        ...resolveSetOperations(body, context, environment),
        origin: manyTables,
        rowLimit: null,
        isLimited: false,
        scope: null,
      }
    case 'Values':
      return {
        columns: resolveValues(body, context, environment),
        origin: manyTables,
        rowLimit: null,
        isLimited: false,
        scope: null,
      }
    default:
      return unknownSyntax(`query ${name}`)
  }
}

const OPERATION_FIELDS = new Set(['op', 'set_quantifier', 'left', 'right'])

/** A chain of set operations leans to the left and may be hundreds long: walked in a loop, from the inside out. */
const resolveSetOperations = (
  value: Json,
  context: StatementContext,
  environment: QueryEnvironment,
): { readonly columns: readonly OutputColumn[] } => {
  const operations: JsonObject[] = []
  let node = openNode(value, 'a set operation', OPERATION_FIELDS)
  for (;;) {
    operations.push(node)
    if (!isObject(node.left) || !isObject(node.left.SetOperation)) break
    node = openNode(node.left.SetOperation, 'a set operation', OPERATION_FIELDS)
  }
  let columns = resolveBody(node.left, context, environment).columns
  for (const operation of operations.reverse()) {
    const right = resolveBody(operation.right, context, environment).columns
    columns = combine(columns, right, operation, context)
  }
  return { columns }
}

const QUANTIFIERS: ReadonlyMap<string, { readonly byName: boolean; readonly all: boolean }> = new Map([
  ['None', { byName: false, all: false }],
  ['All', { byName: false, all: true }],
  ['Distinct', { byName: false, all: false }],
  ['ByName', { byName: true, all: false }],
  ['AllByName', { byName: true, all: true }],
  ['DistinctByName', { byName: true, all: false }],
])
/** Whether the right side's values are in the result, or only decide what stays. */
const OPERATORS: ReadonlyMap<string, { readonly takesRight: boolean }> = new Map([
  ['Union', { takesRight: true }],
  ['Intersect', { takesRight: true }],
  ['Except', { takesRight: false }],
  ['Minus', { takesRight: false }],
])

const combine = (
  left: readonly OutputColumn[],
  right: readonly OutputColumn[],
  { op, set_quantifier: quantifierNode }: JsonObject,
  context: StatementContext,
): readonly OutputColumn[] => {
  const operator = typeof op === 'string' ? OPERATORS.get(op) : undefined
  const quantifier = typeof quantifierNode === 'string' ? QUANTIFIERS.get(quantifierNode) : undefined
  if (operator === undefined || quantifier === undefined) return unknownSyntax('a set operation')
  refuseRepeated([...left, ...right])
  const pairs = quantifier.byName ? pairByName(left, right) : pairByPosition(left, right)
  return pairs.map(({ left: first, right: second, ...called }) => {
    // Everything but UNION ALL compares whole rows with each other.
    if (!(op === 'Union' && quantifier.all)) {
      for (const lineage of meet(comparable([first, second]).map(counterpartOf)))
        context.findings.use('group', passThrough(lineage, String(op).toUpperCase()))
    }
    const united = unite([first, second], 'UNION', context)
    return {
      ...(operator.takesRight ? united : { ...first, type: united.type, mayFail: united.mayFail }),
      ...called,
    }
  })
}

/** One column out of several sources. A source of another type is converted, which may fail. */
export const unite = (sources: readonly Value[], name: string, context: StatementContext): Value => {
  const { lineage, outcome } = joined(sources, name)
  return compute(name, sources, createScope(context), lineage, outcome)
}

interface Pair extends MaybeNamed {
  readonly left: Value
  readonly right: Value
}

const pairByPosition = (left: readonly OutputColumn[], right: readonly OutputColumn[]): readonly Pair[] => {
  refuseUnplaced([...left, ...right])
  if (left.length !== right.length) throw new Refusal('column-count-mismatch', { detail: 'UNION' })
  return left.map((column, index) => ({
    name: column.name,
    ...(column.isMaybeWord && { isMaybeWord: column.isMaybeWord }),
    left: column,
    right: right[index]!,
  }))
}

const pairByName = (left: readonly OutputColumn[], right: readonly OutputColumn[]): readonly Pair[] => {
  const ofLeft = byName(left)
  const ofRight = byName(right)
  return [...new Set([...ofLeft.keys(), ...ofRight.keys()])].map((name) => ({
    name,
    left: ofLeft.get(name) ?? nullConstant,
    right: ofRight.get(name) ?? nullConstant,
  }))
}

const byName = (columns: readonly OutputColumn[]): ReadonlyMap<string, Value> => {
  const named = new Map<string, Value>()
  for (const column of columns) {
    const { name } = column
    if (name === null || name === '' || named.has(name))
      throw new Refusal('ambiguous-column', { detail: 'UNION BY NAME' })
    named.set(name, column)
  }
  return named
}

const VALUES_FIELDS = new Set(['rows'])
const VALUES_IDLE = new Set(['explicit_row', 'value_keyword'])
const ROW_FIELDS = new Set(['content'])

/** VALUES: its columns are called COLUMN1, COLUMN2, … Source: Snowflake, VALUES. */
const resolveValues = (
  value: Json,
  context: StatementContext,
  { parent, ctes }: QueryEnvironment,
): readonly RelationColumn[] => {
  const scope = createScope(context, { parent, ctes })
  const rows = listOf(openNode(value, 'VALUES', VALUES_FIELDS, VALUES_IDLE).rows, 'VALUES').map((row) =>
    resolveAll(listOf(openNode(row, 'VALUES', ROW_FIELDS).content, 'VALUES'), scope),
  )
  const width = rows[0]?.length ?? 0
  if (rows.some((row) => row.length !== width))
    throw new Refusal('column-count-mismatch', { detail: 'VALUES' })
  return Array.from({ length: width }, (_, index) => ({
    ...unite(
      rows.map((row) => row[index]!),
      'VALUES',
      context,
    ),
    name: `COLUMN${index + 1}`,
  }))
}
