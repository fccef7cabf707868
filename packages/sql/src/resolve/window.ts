import { readIdentifier } from '../parser/identifier-node.ts'
import {
  isAbsent,
  type Json,
  type JsonObject,
  listOf,
  openNode,
  unknownSyntax,
  variantOf,
} from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { resolveAll, resolveExpression } from './expression.ts'
import { deriveThrough, type Lineage, mergeLineages } from './lineage.ts'
import type { Scope } from './scope.ts'
import { storedColumn, type Value } from './value.ts'

const SPEC_FIELDS = new Set(['window_name', 'partition_by', 'order_by', 'window_frame'])
const FRAME_FIELDS = new Set(['units', 'start_bound', 'end_bound'])
const ORDER_FIELDS = new Set(['expr'])
const ORDER_IDLE = new Set(['options'])

interface Window {
  readonly lineage: Lineage
  readonly hasFrame: boolean
  /** What the window is called among the functions of a flow, with the stored columns that it is partitioned by. */
  readonly name: string
}

/** OVER (…): its columns steer the result, so they are both in the lineage and a use. */
export const resolveWindow = (value: Json | undefined, scope: Scope): Window => {
  const node = readSpec(value, scope)
  const { findings } = scope.context
  const parts = findings.at('window', () => resolveAll(listOf(node.partition_by, 'OVER'), scope))
  const partition = mergeLineages(parts.map(({ lineage }) => lineage))
  const ordering = findings.at('window', () => resolveOrdering(node.order_by, scope))
  findings.use('window', partition)
  const hasFrame = !isAbsent(node.window_frame)
  const measures = hasFrame && measuresDistance(node.window_frame, scope)
  findings.use('window', measures ? deriveThrough(ordering, 'RANGE') : ordering, 'order')
  const within = parts.flatMap((part) => storedColumn(part) ?? [])
  findings.lookAcross(within)
  const stored = within.map((column) => column.name).sort()
  return {
    lineage: mergeLineages([partition, ordering]),
    hasFrame,
    name: stored.length === 0 ? 'OVER' : `OVER PARTITION BY ${stored.join(', ')}`,
  }
}

/** The specification of a window, which may be called by a name, or take what it does not say from a named one. */
const readSpec = (value: Json | undefined, scope: Scope): JsonObject => {
  const { name, body } = variantOf(value, 'OVER')
  if (name === 'NamedWindow') return readNamed(body, scope)
  if (name !== 'WindowSpec') return unknownSyntax('OVER')
  const node = openNode(body, 'OVER', SPEC_FIELDS)
  if (isAbsent(node.window_name)) return node
  const own = Object.entries(node).filter(([, part]) => !isAbsent(part))
  return { ...readNamed(node.window_name, scope), ...Object.fromEntries(own), window_name: null }
}

const readNamed = (name: Json | undefined, scope: Scope): JsonObject => {
  const identifier = readIdentifier(name)
  scope.context.findings.visit(identifier)
  const written = scope.windows.get(identifier.name)
  return written === undefined
    ? unknownSyntax('a window that no WINDOW clause names')
    : readSpec(written, scope)
}

/** Records what the WINDOW clause names. A window may be made of one that stands before it. */
export const nameWindows = (value: Json | undefined, scope: Scope): void => {
  for (const item of listOf(value, 'WINDOW')) {
    const [name, written] = listOf(item, 'WINDOW')
    const identifier = readIdentifier(name)
    scope.context.findings.visit(identifier)
    if (scope.windows.has(identifier.name)) unknownSyntax('two windows of one name')
    // Looked at even where no function is computed over it.
    resolveWindow(written, scope)
    scope.windows.set(identifier.name, { WindowSpec: readSpec(written, scope) })
  }
}

/** Whether a frame holds the rows within a distance of the current one, which tells more of a value than its order. */
const measuresDistance = (value: Json | undefined, scope: Scope): boolean => {
  const { units, start_bound: start, end_bound: end } = openNode(value, 'a window frame', FRAME_FIELDS)
  const bounds = isAbsent(end) ? [start] : [start, end]
  // A bound that is left out of `some` would not be checked.
  const isDistance = bounds.map((bound) => checkBound(bound, scope))
  return units !== 'Rows' && isDistance.includes(true)
}

/** Bounds of a frame are constants. Tells whether it is a number of rows, or a distance, from the current one. */
const checkBound = (value: Json | undefined, scope: Scope): boolean => {
  const { name, body } = variantOf(value, 'a window frame')
  if (name === 'CurrentRow' || body === null) return false
  if (name !== 'Preceding' && name !== 'Following')
    throw new Refusal('unknown-syntax', { detail: 'a window frame' })
  if (resolveExpression(body, scope).lineage.size > 0)
    throw new Refusal('unknown-syntax', { detail: 'a window frame' })
  return true
}

/** The values of an ORDER BY list inside a function or window. */
export const resolveOrderedValues = (value: Json | undefined, scope: Scope): readonly Value[] =>
  listOf(value, 'ORDER BY').map((item) =>
    resolveExpression(openNode(item, 'ORDER BY', ORDER_FIELDS, ORDER_IDLE).expr, scope),
  )

/** The columns of such a list. */
export const resolveOrdering = (value: Json | undefined, scope: Scope): Lineage =>
  mergeLineages(resolveOrderedValues(value, scope).map(({ lineage }) => lineage))
