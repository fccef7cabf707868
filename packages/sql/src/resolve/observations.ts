import {
  EQUAL_COLUMNS,
  FULL_JOIN,
  KEPT_SIDE,
  NULL_SIDE,
  type Observation,
  type ObservationKind,
  type UsePlace,
} from '@snowfence/core'
import { type BaseColumn, type Flow, type Lineage, mergeLineages, writeFlow } from './lineage.ts'

/** Functions through which a clause still asks only which values are equal. */
const ofEquality = new Set([
  '=',
  '<>',
  'IN',
  'NOT IN',
  'ANY',
  'ALL',
  'EQUAL_NULL',
  'IS DISTINCT FROM',
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

/**
 * What a statement looks at in the values of columns, wherever it does. One entry for each column, kind, clause and
 * failing function: a policy allows a set of functions exactly when it allows each of them.
 */
export class Observations {
  readonly #flows = new Map<string, Lineage>()

  addFailure(name: string, place: UsePlace | null, lineage: Lineage): void {
    for (const [column, flow] of lineage) this.#addFlow('fail', place, column, flow, name)
  }

  /** What is computed from columns outside of a clause; a value that passes unchanged is not. */
  addComputed(lineage: Lineage): void {
    for (const [column, flow] of lineage)
      if (flow.via === 'derived') this.#addFlow('part', null, column, flow)
  }

  /** @param deciding - the function on whose failure the clause decides, if it does */
  addUse(place: UsePlace, lineage: Lineage, least: 'equality' | 'order', deciding = ''): void {
    for (const [column, flow] of lineage) this.#addFlow(kindOf(flow, least), place, column, flow, deciding)
  }

  /** How many rows there are is public: a column of which only that is looked at is not observed. */
  #addFlow(
    kind: ObservationKind,
    place: UsePlace | null,
    column: BaseColumn,
    flow: Flow,
    failing: string = '',
  ): void {
    if (flow.via === 'count') return
    const key = `${kind} ${place ?? ''} ${failing}`
    const known = this.#flows.get(key)
    const present = known?.get(column)
    if (present === flow) return
    const added: Lineage = new Map([[column, flow]])
    if (known === undefined) this.#flows.set(key, added)
    else if (present === undefined) (known as Map<BaseColumn, Flow>).set(column, flow)
    else this.#flows.set(key, mergeLineages([known, added]))
  }

  write(): readonly Observation[] {
    const written: Observation[] = []
    for (const [key, lineage] of this.#flows) {
      const [kind, place, ...failing] = key.split(' ') as [ObservationKind, UsePlace | '', ...string[]]
      for (const [column, flow] of lineage) {
        const { column: name, functions, chosen, many, against } = writeFlow(column, flow)
        written.push({
          column: name,
          kind,
          place: place === '' ? null : place,
          functions,
          ...(failing.join(' ') !== '' && { by: failing.join(' ') }),
          ...(chosen !== undefined && { chosen }),
          ...(many !== undefined && { many }),
          ...(against !== undefined && { against }),
        })
      }
    }
    return written.sort((left, right) => (sortKey(left) < sortKey(right) ? -1 : 1))
  }
}

const sortKey = ({ column, kind, place, by }: Observation): string =>
  `${column}\0${kind}\0${place ?? ''}\0${by ?? ''}`
