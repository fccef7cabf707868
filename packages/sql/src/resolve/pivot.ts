import { readIdentifier } from '../parser/identifier-node.ts'
import {
  isAbsent,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  openNode,
  unknownSyntax,
  variantOf,
} from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { textType } from '../types/sql-type.ts'
import { manyTables } from './aggregation.ts'
import { resolveColumn } from './column-reference.ts'
import { presenceDecides } from './compute.ts'
import { resolveAll, resolveExpression } from './expression.ts'
import { countThrough, deriveThrough, type Lineage, mergeLineages } from './lineage.ts'
import { stringLiteral } from './object-name.ts'
import { resolveQuery } from './query.ts'
import { unite } from './query-body.ts'
import { REPEATED_NAME, refuseRepeated } from './repeated-column.ts'
import { createScope, type Relation, type Scope } from './scope.ts'
import { type RelationParts, resolveInput } from './table-factor.ts'
import type { Value } from './value.ts'
import { resolveOrdering } from './window.ts'

const PIVOT_FIELDS = new Set([
  'table',
  'aggregate_functions',
  'value_column',
  'value_source',
  'alias',
  'default_on_null',
])
const NAMED_FIELDS = new Set(['expr', 'alias'])

const inputScope = (input: Relation, scope: Scope): Scope => {
  const inner = createScope(scope.context, { parent: scope.parent, ctes: scope.ctes })
  inner.relations.push(input)
  return inner
}

/**
 * PIVOT groups by every column that it does not name, and makes one column of each listed value. A list that is
 * only known at run time (ANY, a subquery) makes columns of which only the whole is known.
 */
export const resolvePivot = (body: JsonObject, scope: Scope): RelationParts => {
  const node = openNode(body, 'PIVOT', PIVOT_FIELDS)
  const input = resolveInput(node.table, scope)
  const inner = inputScope(input, scope)
  const [aggregate, ...others] = listOf(node.aggregate_functions, 'PIVOT')
  if (aggregate === undefined || others.length > 0) return unknownSyntax('PIVOT with several aggregates')
  const { expr, alias } = openNode(aggregate, 'PIVOT', NAMED_FIELDS)
  const suffix = isAbsent(alias) ? '' : `_${visitAlias(alias, inner)}`
  const value = resolveExpression(expr, inner)
  const chosenBy = mergeLineages(
    resolveAll(listOf(node.value_column, 'PIVOT'), inner).map(({ lineage }) => lineage),
  )
  const cells = withDefault(value, node.default_on_null, inner)
  const cell: Value = { ...cells, lineage: mergeLineages([cells.lineage, deriveThrough(chosenBy, 'PIVOT')]) }

  const { name: source, body: list } = variantOf(node.value_source, 'PIVOT')
  const consumed = new Set([
    ...columnNamesIn(expr),
    ...listOf(node.value_column, 'PIVOT').flatMap(columnNamesIn),
  ])
  const kept = input.columns.filter(({ name }) => !consumed.has(name))
  scope.context.findings.use('group', mergeLineages(kept.map((column) => column.lineage)))
  // A cell tells which rows hold one of the listed values, which the writer chose.
  scope.context.findings.use('filter', deriveThrough(chosenBy, '='))
  scope.context.findings.readColumns(kept)
  const made =
    source === 'List'
      ? listOf(list, 'PIVOT').map((item) => {
          const name = pivotName(item, inner)
          return { ...cell, name: name === null ? '' : name + suffix }
        })
      : [{ ...cell, ...columnsOfValues(source, list, chosenBy, inner) }]
  return { names: [], columns: [...kept, ...made], origin: manyTables }
}

/**
 * `IN (ANY ORDER BY …)` and `IN (SELECT …)` make a column of each value that there is, and call it so: whoever may not see
 * the values may not see the names. Their number is known to the warehouse alone.
 */
const columnsOfValues = (
  source: string,
  body: Json,
  chosenBy: Lineage,
  scope: Scope,
): { readonly name: string; readonly repeats: true } => {
  const { findings } = scope.context
  findings.use('group', chosenBy)
  if (source === 'Any') {
    findings.use(
      'order',
      findings.at('order', () => resolveOrdering(body, scope)),
      'order',
    )
    findings.fail('PIVOT', deriveThrough(chosenBy, 'PIVOT'))
  } else if (source === 'Subquery') {
    const { columns } = resolveQuery(body, scope.context, { parent: null, ctes: scope.ctes })
    refuseRepeated(columns)
    for (const { lineage } of columns) findings.fail('PIVOT', deriveThrough(lineage, 'PIVOT'))
  } else throw new Refusal('unknown-columns-of-relation', { detail: 'PIVOT' })
  return { name: REPEATED_NAME, repeats: true }
}

/** DEFAULT ON NULL stands in cells without rows: a value of the writer's choice. */
const withDefault = (value: Value, fallback: Json | undefined, scope: Scope): Value => {
  if (isAbsent(fallback)) return value
  const given = resolveExpression(fallback, scope)
  presenceDecides('COALESCE', [value], [given], scope)
  return unite([value, given], 'COALESCE', scope.context)
}

/**
 * Snowflake calls the column by its alias, or by the value as it is written, quotes included. The alias of the aggregate
 * is appended to either. Null for a value that can be written in several ways. Source: Snowflake, PIVOT.
 */
const pivotName = (item: Json, scope: Scope): string | null => {
  const { expr, alias } = openNode(item, 'PIVOT', NAMED_FIELDS)
  if (resolveExpression(expr, scope).lineage.size > 0)
    throw new Refusal('column-not-allowed-here', { detail: 'PIVOT' })
  if (!isAbsent(alias)) return visitAlias(alias, scope)
  const text = stringLiteral(expr)
  if (text !== null) return text.includes("'") ? null : `'${text}'`
  const literal = isObject(expr) && isObject(expr.Value) ? expr.Value.value : undefined
  if (!isObject(literal) || !Array.isArray(literal.Number)) return unknownSyntax('a value of PIVOT')
  const number = String(literal.Number[0])
  return WHOLE.test(number) ? number : null
}

const WHOLE = /^(?:0|[1-9]\d*)$/

const visitAlias = (alias: Json | undefined, scope: Scope): string => {
  const identifier = readIdentifier(alias)
  scope.context.findings.visit(identifier)
  return identifier.name
}

/** The plain column names inside of an expression. */
const columnNamesIn = (tree: Json | undefined): readonly string[] => {
  const names: string[] = []
  const pending: (Json | undefined)[] = [tree]
  while (pending.length > 0) {
    const node = pending.pop()
    if (typeof node !== 'object' || node === null) continue
    // A function is called by an identifier too.
    if (isObject(node) && isObject(node.Function)) {
      pending.push({ ...node.Function, name: null })
      continue
    }
    if (isObject(node) && isObject(node.Identifier)) names.push(readIdentifier(node.Identifier).name)
    if (isObject(node) && Array.isArray(node.CompoundIdentifier)) {
      names.push(readIdentifier(node.CompoundIdentifier.at(-1)).name)
    }
    pending.push(...Object.values(node))
  }
  return names
}

const UNPIVOT_FIELDS = new Set(['table', 'value', 'name', 'columns', 'null_inclusion', 'alias'])

/** UNPIVOT turns columns into rows of a name and a value. It leaves rows without a value out, unless told otherwise. */
export const resolveUnpivot = (body: JsonObject, scope: Scope): RelationParts => {
  const node = openNode(body, 'UNPIVOT', UNPIVOT_FIELDS)
  const input = resolveInput(node.table, scope)
  const inner = inputScope(input, scope)
  const turned = new Set<string>()
  const values = listOf(node.columns, 'UNPIVOT').map((item) => {
    const { expr, alias } = openNode(item, 'UNPIVOT', NAMED_FIELDS)
    if (!isAbsent(alias)) return unknownSyntax('UNPIVOT')
    if (!isObject(expr) || isAbsent(expr.Identifier)) return unknownSyntax('UNPIVOT')
    const identifier = readIdentifier(expr.Identifier)
    turned.add(identifier.name)
    return resolveColumn([identifier], inner)
  })
  // Rows without a value are left out: whether there is a value is public.
  const united = unite(values, 'UNPIVOT', scope.context)
  if (node.null_inclusion !== 'IncludeNulls')
    scope.context.findings.use('filter', countThrough(united.lineage, 'UNPIVOT'))
  const [name, value] = [node.name, node.value].map((part) => {
    const identifier = readIdentifier(isObject(part) && !isAbsent(part.Identifier) ? part.Identifier : part)
    scope.context.findings.visit(identifier)
    return identifier.name
  })
  const kept = input.columns.filter((column) => !turned.has(column.name))
  scope.context.findings.readColumns(kept)
  return {
    names: [],
    columns: [
      ...kept,
      { ...united, name: name!, type: textType, lineage: countThrough(united.lineage, 'UNPIVOT') },
      { ...united, name: value! },
    ],
    origin: manyTables,
  }
}
