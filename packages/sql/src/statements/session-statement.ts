import { isAbsent, type Json, listOf, openNode, unknownSyntax, variantOf } from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { resolveAll } from '../resolve/expression.ts'
import { readObjectName } from '../resolve/object-name.ts'
import { createScope, type StatementContext } from '../resolve/scope.ts'
import { reportWithoutOutputs, type StatementReport } from './statement-report.ts'

const SINGLE_FIELDS = new Set(['variable', 'values'])
const SINGLE_IDLE = new Set(['scope', 'hivevar'])
const PARENTHESIZED_FIELDS = new Set(['variables', 'values'])

/** SET of session variables, to constants only: a value from a table would lose its lineage there. */
export const summarizeSet = (body: Json, context: StatementContext): StatementReport => {
  const { name, body: assignment } = variantOf(body, 'SET')
  const isSingle = name === 'SingleAssignment'
  if (!isSingle && name !== 'ParenthesizedAssignments') return unknownSyntax('SET')
  const node = openNode(assignment, 'SET', isSingle ? SINGLE_FIELDS : PARENTHESIZED_FIELDS, SINGLE_IDLE)
  for (const variable of isSingle ? [node.variable!] : listOf(node.variables, 'SET')) {
    const { parts } = readObjectName(variable, context.findings)
    if (parts.length !== 1) return unknownSyntax('SET')
    context.findings.variables.add(parts[0]!)
  }
  resolveAll(listOf(node.values, 'SET'), createScope(context))
  if (context.findings.readsData || context.findings.readsMetadata) throw new Refusal('variable-holds-data')
  return reportWithoutOutputs('set', ['session'])
}

const START_IDLE = new Set(['modes', 'begin', 'transaction', 'modifier', 'has_end_keyword'])
export const summarizeStartTransaction = (body: Json): StatementReport => {
  openNode(body, 'BEGIN', new Set(), START_IDLE)
  return reportWithoutOutputs('begin', ['transaction'])
}

const NOTHING: ReadonlySet<string> = new Set()
export const summarizeEndOfTransaction =
  (kind: 'commit' | 'rollback') =>
  (body: Json): StatementReport => {
    openNode(body, kind, NOTHING)
    return reportWithoutOutputs(kind, ['transaction'])
  }

const EXPLAIN_FIELDS = new Set(['describe_alias', 'statement'])

/** EXPLAIN runs nothing, but its plan tells about the data: what it would touch counts as touched. */
export const summarizeExplain =
  (summarizeInner: (statement: Json | undefined, context: StatementContext) => StatementReport) =>
  (body: Json, context: StatementContext): StatementReport => {
    const node = openNode(body, 'EXPLAIN', EXPLAIN_FIELDS)
    if (node.describe_alias !== 'Explain' || isAbsent(node.statement)) return unknownSyntax('EXPLAIN')
    summarizeInner(node.statement, context)
    return reportWithoutOutputs('explain', ['metadata'])
  }
