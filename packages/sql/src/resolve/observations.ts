import {
  type ColumnName,
  EQUAL_COLUMNS,
  FULL_JOIN,
  KEPT_SIDE,
  NULL_SIDE,
  type Observation,
  type ObservationKind,
  type UsePlace,
} from '@snowfence/core'
import type { Writable } from '../writable.ts'
import type { BaseColumn, Flow } from './flow.ts'
import type { Lineage } from './lineage.ts'

/** Functions through which a clause still asks only which values are equal. */
const ofEquality = new Set([
  '=',
  '<>',
  'IN',
  'NOT IN',
  'ANY',
  'ALL',
  'EQUAL_NULL',
  'AND',
  'OR',
  'XOR',
  'NOT',
  'IS',
  'CAST',
  'COALESCE',
  'NVL',
  'IFNULL',
  'UNION',
  'INTERSECT',
  'EXCEPT',
  'MINUS',
  'VALUES',
  'UNPIVOT',
  'ANY_VALUE',
  'COUNT',
  'COUNT DISTINCT',
  'APPROX_COUNT_DISTINCT',
  'APPROXIMATE_COUNT_DISTINCT',
  'HLL',
  'PRIOR',
  'OVER',
  EQUAL_COLUMNS,
  KEPT_SIDE,
  NULL_SIDE,
  FULL_JOIN,
])

/** The same for an order. A function that makes different values equal, such as YEAR, tells more than their order. */
const ofOrder = new Set([...ofEquality, '<', '<=', '>', '>=', 'BETWEEN', 'MIN', 'MAX', 'GREATEST', 'LEAST'])

const isEvery = (functions: ReadonlySet<string>, known: ReadonlySet<string>): boolean => {
  for (const name of functions) if (!known.has(name) && !name.startsWith('OVER ')) return false
  return true
}

/** What a clause looks at in a value that reaches it so. */
const kindOf = ({ via, functions, keeps }: Flow, least: 'equality' | 'order'): ObservationKind => {
  // A number of different values tells which are equal, whatever is done with the number.
  if (via === 'distinct') return 'equality'
  if (keeps === 'none') return 'part'
  if (least === 'equality' && isEvery(functions, ofEquality)) return 'equality'
  return keeps === 'order' && isEvery(functions, ofOrder) ? 'order' : 'part'
}

/** What one clause looks at in one way. */
interface Look {
  readonly kind: ObservationKind
  readonly place: UsePlace | null
  /** The function by whose failure it is seen; empty where none is. */
  readonly by: string
  /** Whether that fails by nothing but a bind that pins a column. */
  readonly byPin: boolean
  /** For a division that fails: the columns of whose number of different values the divisor is. */
  readonly dividesBy: readonly ColumnName[]
  readonly flows: Map<BaseColumn, Flow>
}

export type Deciding = Pick<Look, 'by' | 'byPin' | 'dividesBy'>
const noFailure: Deciding = { by: '', byPin: false, dividesBy: [] }

/**
 * What a statement looks at in the values of columns, wherever it does. One entry for each column, kind, clause and
 * failing function: a policy allows a set of functions exactly when it allows each of them.
 */
export class Observations {
  readonly #looks: Look[] = []
  /** The same by clause and failing function. */
  readonly #looksByPlace = new Map<UsePlace | null, Map<string, Partial<Record<ObservationKind, Look>>>>()

  addFailure(place: UsePlace | null, lineage: Lineage, deciding: Deciding): void {
    if (lineage.size > 0) this.#add(lineage, place, deciding, () => 'fail')
  }

  /** What is computed from columns outside of a clause; a value that passes unchanged is not. */
  addComputed(lineage: Lineage): void {
    if (lineage.size > 0)
      this.#add(lineage, null, noFailure, ({ via }) => (via === 'derived' ? 'part' : null))
  }

  /** @param deciding - the function on whose failure the clause decides, if it does */
  addUse(
    place: UsePlace,
    lineage: Lineage,
    least: 'equality' | 'order',
    deciding: Deciding = noFailure,
  ): void {
    if (lineage.size > 0) this.#add(lineage, place, deciding, (flow) => kindOf(flow, least))
  }

  #add(
    lineage: Lineage,
    place: UsePlace | null,
    deciding: Deciding,
    lookedAt: (flow: Flow) => ObservationKind | null,
  ): void {
    // Most columns of one lineage share a flow object, and so are looked at alike.
    let before: Flow | null = null
    let look: Look | null = null
    for (const [column, flow] of lineage) {
      // How many rows there are is public: a column of which only that is looked at is not observed.
      if (flow.via === 'count') continue
      if (flow !== before) {
        before = flow
        const kind = lookedAt(flow)
        look = kind === null ? null : this.#lookOf(kind, place, deciding)
      }
      if (look !== null) addTo(look, column, flow)
    }
  }

  #lookOf(kind: ObservationKind, place: UsePlace | null, { by, byPin, dividesBy }: Deciding): Look {
    let inPlace = this.#looksByPlace.get(place)
    if (inPlace === undefined) {
      inPlace = new Map()
      this.#looksByPlace.set(place, inPlace)
    }
    const key = byPin ? `${by} by pin` : dividesBy.length === 0 ? by : [by, ...dividesBy].join(' ')
    let looks = inPlace.get(key)
    if (looks === undefined) {
      looks = {}
      inPlace.set(key, looks)
    }
    let look = looks[kind]
    if (look === undefined) {
      look = { kind, place, by, byPin, dividesBy, flows: new Map() }
      looks[kind] = look
      this.#looks.push(look)
    }
    return look
  }

  write(): readonly Observation[] {
    const byColumn = new Map<ColumnName, Observation[]>()
    this.#looks.sort(byOrder)
    for (const { kind, place, by, byPin, dividesBy, flows } of this.#looks) {
      for (const [{ name }, flow] of flows) {
        const observation: Writable<Observation> = { column: name, kind, place, functions: flow.names }
        if (by !== '') observation.by = by
        if (byPin) observation.byPin = true
        if (flow.chosen) observation.chosen = true
        if (flow.isGuessedOften) observation.many = true
        if (flow.against.size > 0) observation.against = flow.againstNames
        if (flow.firstNames !== null) observation.first = flow.firstNames
        if (flow.foldedNames !== null) observation.folded = flow.foldedNames
        if (dividesBy.length > 0) observation.dividesBy = dividesBy
        const same = byColumn.get(name)
        if (same === undefined) byColumn.set(name, [observation])
        else same.push(observation)
      }
    }
    const written: Observation[] = []
    for (const name of [...byColumn.keys()].sort())
      for (const observation of byColumn.get(name)!) written.push(observation)
    return written
  }
}

/** The order of the observations of one column. */
const byOrder = (left: Look, right: Look): number =>
  compareTexts(left.kind, right.kind) ||
  compareTexts(left.place ?? '', right.place ?? '') ||
  compareTexts(left.by, right.by) ||
  Number(left.byPin) - Number(right.byPin) ||
  compareTexts(left.dividesBy.join('\0'), right.dividesBy.join('\0'))

const compareTexts = (left: string, right: string): number => (left === right ? 0 : left < right ? -1 : 1)

const addTo = ({ flows }: Look, column: BaseColumn, flow: Flow): void => {
  const present = flows.get(column)
  if (present === flow) return
  flows.set(column, present === undefined ? flow : present.merge(flow))
}
