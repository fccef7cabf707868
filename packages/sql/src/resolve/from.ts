import { isAbsent, type Json, listOf, openNode, unknownSyntax, variantOf } from '../parser/node.ts'
import { resolveExpression } from './expression.ts'
import { mergeColumns } from './join-columns.ts'
import { passThrough } from './lineage.ts'
import type { Scope } from './scope.ts'
import { resolveTableFactor } from './table-factor.ts'

const TABLE_FIELDS = new Set(['relation', 'joins'])
const JOIN_FIELDS = new Set(['relation', 'join_operator'])
const JOIN_IDLE = new Set(['global'])
const ASOF_FIELDS = new Set(['match_condition', 'constraint'])

const JOINS = new Set(['Join', 'Inner', 'Left', 'LeftOuter', 'Right', 'RightOuter', 'FullOuter', 'CrossJoin'])

const OUTER_JOINS = new Set(['Left', 'LeftOuter', 'Right', 'RightOuter', 'FullOuter'])

/** Gives back the conditions of the joins, which are resolved once the select list's names are known. */
export type JoinConditions = readonly JoinCondition[]

interface JoinCondition {
  readonly expression: Json
  /** Whether rows without a partner stay: then the condition does not hold for each row of the result. */
  readonly isOuter: boolean
}

/** Puts the relations of FROM into the scope, from left to right, so that a lateral one sees those before it. */
export const resolveFrom = (value: Json | undefined, scope: Scope): JoinConditions => {
  const conditions: JoinCondition[] = []
  for (const table of listOf(value, 'FROM')) conditions.push(...resolveTableWithJoins(table, scope))
  return conditions
}

export const resolveTableWithJoins = (value: Json | undefined, scope: Scope): JoinConditions => {
  const node = openNode(value, 'FROM', TABLE_FIELDS)
  const conditions: JoinCondition[] = [...resolveTableFactor(node.relation, scope)]
  for (const join of listOf(node.joins, 'JOIN')) {
    const { relation, join_operator: operator } = openNode(join, 'JOIN', JOIN_FIELDS, JOIN_IDLE)
    const before = scope.relations.length
    conditions.push(...resolveTableFactor(relation, scope))
    const { name, body } = variantOf(operator, 'JOIN')
    if (name === 'AsOf') {
      const asOf = openNode(body, 'ASOF JOIN', ASOF_FIELDS)
      conditions.push({ expression: asOf.match_condition!, isOuter: true })
      conditions.push(...resolveConstraint(asOf.constraint, before, true, scope))
    } else if (JOINS.has(name))
      conditions.push(...resolveConstraint(body, before, OUTER_JOINS.has(name), scope))
    else return unknownSyntax(`join ${name}`)
  }
  return conditions
}

/** @param before - how many relations stand to the left of the join */
const resolveConstraint = (
  value: Json | undefined,
  before: number,
  isOuter: boolean,
  scope: Scope,
): JoinConditions => {
  if (isAbsent(value) || value === 'None') return []
  const { name, body } = variantOf(value, 'JOIN')
  if (name === 'On') return [{ expression: body, isOuter }]
  if (name === 'Using') mergeColumns(listOf(body, 'USING'), before, isOuter, scope)
  else if (name === 'Natural') mergeColumns(null, before, isOuter, scope)
  else return unknownSyntax('JOIN')
  return []
}

export const useJoinConditions = (conditions: JoinConditions, scope: Scope): void => {
  for (const { expression, isOuter } of conditions) {
    const { findings } = scope.context
    const { lineage } = findings.at('join', () => resolveExpression(expression, scope))
    findings.use('join', isOuter ? passThrough(lineage, 'OUTER JOIN') : lineage)
  }
}
