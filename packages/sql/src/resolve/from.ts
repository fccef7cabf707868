import { isAbsent, type Json, listOf, openNode, unknownSyntax, variantOf } from '../parser/node.ts'
import { resolveExpression } from './expression.ts'
import { mergeColumns } from './join-columns.ts'
import { type JoinKind, markSides } from './join-sides.ts'
import type { Scope } from './scope.ts'
import { resolveTableFactor } from './table-factor.ts'
import { checkCondition } from './use.ts'

const TABLE_FIELDS = new Set(['relation', 'joins'])
const JOIN_FIELDS = new Set(['relation', 'join_operator'])
const ASOF_FIELDS = new Set(['match_condition', 'constraint'])

const JOINS = new Set(['Join', 'Inner', 'Left', 'LeftOuter', 'Right', 'RightOuter', 'FullOuter', 'CrossJoin'])

const KINDS: ReadonlyMap<string, JoinKind> = new Map([
  ['Left', 'left'],
  ['LeftOuter', 'left'],
  ['Right', 'right'],
  ['RightOuter', 'right'],
  ['FullOuter', 'full'],
])

/** Gives back the conditions of the joins, which are resolved once the select list's names are known. */
export type JoinConditions = readonly JoinCondition[]

export interface JoinCondition {
  readonly expression: Json
  readonly kind: JoinKind
  /** How many relations stand to the left of the join. */
  readonly before: number
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
    const { relation, join_operator: operator } = openNode(join, 'JOIN', JOIN_FIELDS)
    const before = scope.relations.length
    conditions.push(...resolveTableFactor(relation, scope))
    const { name, body } = variantOf(operator, 'JOIN')
    if (name === 'AsOf') {
      const asOf = openNode(body, 'ASOF JOIN', ASOF_FIELDS)
      conditions.push({ expression: asOf.match_condition!, kind: 'full', before })
      conditions.push(...resolveConstraint(asOf.constraint, before, 'full', scope))
    } else if (JOINS.has(name))
      conditions.push(...resolveConstraint(body, before, KINDS.get(name) ?? 'inner', scope))
    else return unknownSyntax(`join ${name}`)
  }
  return conditions
}

/** @param before - how many relations stand to the left of the join */
const resolveConstraint = (
  value: Json | undefined,
  before: number,
  kind: JoinKind,
  scope: Scope,
): JoinConditions => {
  if (isAbsent(value) || value === 'None') return []
  const { name, body } = variantOf(value, 'JOIN')
  if (name === 'On') return [{ expression: body, kind, before }]
  if (name === 'Using') mergeColumns(listOf(body, 'USING'), before, kind, scope)
  else if (name === 'Natural') mergeColumns(null, before, kind, scope)
  else return unknownSyntax('JOIN')
  return []
}

export const useJoinConditions = (conditions: JoinConditions, scope: Scope): void => {
  for (const { expression, kind, before } of conditions) {
    const { findings } = scope.context
    const { lineage } = findings.at('join', () => {
      const condition = resolveExpression(expression, scope)
      checkCondition(condition, scope)
      return condition
    })
    findings.use('join', markSides(lineage, kind, before, scope))
  }
}
