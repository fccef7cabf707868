import { unsupported } from '../snowflake-error.ts'
import { mergeAlias } from './bind-relation.ts'
import { Binder } from './binder.ts'
import { Scope } from './scope.ts'
import { asNodes, foldName, isIdentifier, isObject, payloadOf, type SyntaxNode } from './syntax-tree.ts'
import {
  type ChangeInput,
  finishChange,
  placeTarget,
  skeletonOf,
  type TranslatedChange,
} from './translate-change.ts'

interface TranslatedMerge extends TranslatedChange {
  /** What its clauses can do, in Snowflake's order. */
  readonly actions: readonly ('INSERT' | 'UPDATE' | 'DELETE')[]
}

const actionOf = (then: unknown): string => {
  const word = payloadOf(then, 'var') ?? payloadOf(asNodes(payloadOf(then, 'tuple')?.expressions)[0], 'var')
  return String(word?.this).toUpperCase()
}

/** MERGE. Each clause's privilege is asked for, and each of its expressions is bound. */
export const translateMerge = (payload: SyntaxNode, input: ChangeInput): TranslatedMerge => {
  if (payload.returning || payload.with_) throw unsupported('MERGE of this form')
  const whens = asNodes(payloadOf(payload.whens, 'whens')?.expressions).map((when) => payloadOf(when, 'when'))
  const found = new Set(whens.map((when) => actionOf(when?.then)))
  const actions = (['INSERT', 'UPDATE', 'DELETE'] as const).filter((action) => found.has(action))
  if (actions.length !== found.size) throw unsupported('MERGE of this form')
  const binder = new Binder(input.marked, input.context)
  const outer = new Scope(null)
  const scope = new Scope(outer)
  const target = payload.this as SyntaxNode
  mergeAlias(target)
  const table = payloadOf(target, 'table')
  if (!table || !isObject(payload.using)) throw unsupported('MERGE of this form')
  const parts = [table.catalog, table.schema, table.name].filter(isIdentifier).map(foldName)
  const name = input.context.qualify(parts)
  for (const action of actions) input.context.resolveTable(name, action)
  const placed = placeTarget(binder, table, actions[0] ?? 'UPDATE')
  const source = binder.bindRelation(payload.using, scope, outer)
  scope.relations.push({ name: placed.name, columns: placed.columns }, source)
  binder.visit(payload.on, scope)
  const read: unknown[] = []
  for (const when of whens) {
    if (!when) throw unsupported('MERGE of this form')
    if (isObject(when.condition)) {
      binder.visit(when.condition, scope)
      read.push(when.condition)
    }
    read.push(...bindThen(binder, when.then, scope))
  }
  const skeleton = skeletonOf(read, [target, payload.using], payload.on)
  return { ...finishChange(binder, input, placed.entry, { merge: payload }, [skeleton]), actions }
}

/** The values that a clause writes. The columns that it writes lose their qualifier, which DuckDB does not take. */
const bindThen = (binder: Binder, then: unknown, scope: Scope): unknown[] => {
  const [verb, first, second] = asNodes(payloadOf(then, 'tuple')?.expressions)
  if (!verb) return []
  const word = String(payloadOf(verb, 'var')?.this).toUpperCase()
  if (word === 'DELETE') return []
  if (word === 'INSERT') {
    const values = asNodes(payloadOf(second ?? first, 'tuple')?.expressions)
    for (const value of values) binder.visit(value, scope)
    return values
  }
  return asNodes(payloadOf(first, 'tuple')?.expressions).map((assignment) => {
    const pair = payloadOf(assignment, 'eq')
    const column = payloadOf(pair?.left, 'column')
    if (!pair || !isObject(pair.right)) throw unsupported('SET of this form')
    if (!column && !payloadOf(pair.left, 'identifier')) throw unsupported('SET of this form')
    if (column) column.table = null
    binder.visit(pair.right, scope)
    return pair.right
  })
}
