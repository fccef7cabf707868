import type { RelationColumn } from '../catalogue/catalogue-index.ts'
import { readIdentifier } from '../parser/identifier-node.ts'
import {
  isObject,
  type Json,
  type JsonObject,
  listOf,
  openNode,
  unknownSyntax,
  variantOf,
} from '../parser/node.ts'
import { manyTables } from './aggregation.ts'
import { resolveAll, resolveExpression } from './expression.ts'
import { passThrough } from './lineage.ts'
import { createScope, type Relation, type Scope } from './scope.ts'
import { type RelationParts, resolveInput } from './table-factor.ts'
import { resolveUse } from './use.ts'
import { storedColumn, type Value } from './value.ts'
import { resolveOrdering } from './window.ts'

const FIELDS = new Set([
  'table',
  'partition_by',
  'order_by',
  'measures',
  'rows_per_match',
  'after_match_skip',
  'pattern',
  'symbols',
  'alias',
])
const MEASURE_FIELDS = new Set(['expr', 'alias'])
const SYMBOL_FIELDS = new Set(['symbol', 'definition'])

/**
 * MATCH_RECOGNIZE: rows of a partition are matched against a pattern whose symbols are conditions. Partition, order
 * and conditions are uses; the result has the partition's columns, or all, and the measures.
 */
export const resolveMatchRecognize = (body: JsonObject, scope: Scope): RelationParts => {
  const node = openNode(body, 'MATCH_RECOGNIZE', FIELDS)
  const { findings } = scope.context
  const input = resolveInput(node.table, scope)
  const symbols = new Set([...symbolNames(node.pattern, scope), ...definedNames(node.symbols)])
  const inner = symbolScope(input, symbols, scope)

  const partition = listOf(node.partition_by, 'PARTITION BY')
  findings.at('window', () => {
    const parts = resolveAll(partition, inner)
    for (const { lineage } of parts) findings.use('window', lineage)
    findings.lookAcross(parts.flatMap((part) => storedColumn(part) ?? []))
    findings.use('window', resolveOrdering(node.order_by, inner), 'order')
  })
  for (const item of listOf(node.symbols, 'DEFINE')) {
    const { symbol, definition } = openNode(item, 'DEFINE', SYMBOL_FIELDS)
    findings.visit(readIdentifier(symbol))
    resolveUse('filter', definition, inner)
  }
  visitSkip(node.after_match_skip, scope)
  const measures = listOf(node.measures, 'MEASURES').map((item) => {
    const { expr, alias } = openNode(item, 'MEASURES', MEASURE_FIELDS)
    const identifier = readIdentifier(alias)
    findings.visit(identifier)
    return ofMatch(identifier.name, resolveExpression(expr, inner))
  })
  const kept = keepsAllRows(node.rows_per_match)
    ? input.columns
    : partition.map((item) => partitionColumn(item, inner))
  findings.readColumns(kept)
  return { names: [], columns: [...kept, ...measures], origin: manyTables }
}

/** A symbol calls the rows that matched it, so that `x.c` is a column of the input; bare names are the input's too. */
const symbolScope = (input: Relation, symbols: Iterable<string>, scope: Scope): Scope => {
  const outer = createScope(scope.context, { parent: scope.parent, ctes: scope.ctes })
  for (const symbol of symbols) outer.relations.push({ ...input, names: [symbol] })
  const inner = createScope(scope.context, { parent: outer, ctes: scope.ctes })
  inner.relations.push(input)
  return inner
}

const symbolNames = (pattern: Json | undefined, scope: Scope): readonly string[] => {
  const names = new Set<string>()
  const pending: (Json | undefined)[] = [pattern]
  while (pending.length > 0) {
    const node = pending.pop()
    if (typeof node !== 'object' || node === null) continue
    if (isObject(node) && isObject(node.Named) && typeof node.Named.value === 'string') {
      const identifier = readIdentifier(node.Named)
      scope.context.findings.visit(identifier)
      names.add(identifier.name)
    } else pending.push(...Object.values(node))
  }
  return [...names]
}

/** A condition may speak of a symbol that the pattern has no use for. */
const definedNames = (symbols: Json | undefined): readonly string[] =>
  listOf(symbols, 'DEFINE').map((item) => readIdentifier(openNode(item, 'DEFINE', SYMBOL_FIELDS).symbol).name)

const visitSkip = (value: Json | undefined, scope: Scope): void => {
  if (isObject(value))
    for (const symbol of Object.values(value)) scope.context.findings.visit(readIdentifier(symbol))
}

/** A measure is a value of some row of the match. */
const ofMatch = (name: string, value: Value): RelationColumn => ({
  ...value,
  name,
  lineage: passThrough(value.lineage, 'MATCH_RECOGNIZE'),
})

const keepsAllRows = (value: Json | undefined): boolean => {
  if (value === null || value === undefined || value === 'OneRow') return false
  const { name } = variantOf(value, 'MATCH_RECOGNIZE')
  return name === 'AllRows' ? true : unknownSyntax('MATCH_RECOGNIZE')
}

const partitionColumn = (expression: Json, scope: Scope): RelationColumn => {
  const { name, body } = variantOf(expression, 'PARTITION BY')
  if (name !== 'Identifier') return unknownSyntax('PARTITION BY an expression in MATCH_RECOGNIZE')
  return { ...resolveExpression(expression, scope), name: readIdentifier(body).name }
}
