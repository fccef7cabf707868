import type { ColumnFlow, ColumnName } from '@snowfence/core'
import { none } from '../sorted.ts'
import type { Writable } from '../writable.ts'
import { type BaseColumn, type Flow, valueFlow } from './flow.ts'
import type { Lineage } from './lineage.ts'

/** The form of a summary: sorted, without objects of ours. */
const writeFlow = ({ name, type }: BaseColumn, flow: Flow): ColumnFlow => {
  const written: Writable<ColumnFlow> = {
    column: name,
    type,
    via: flow.via,
    functions: flow.names,
  }
  if (flow.chosen) written.chosen = true
  if (flow.isGuessedOften) written.many = true
  if (flow.against.size > 0) written.against = flow.againstNames
  if (flow.firstNames !== null) written.first = flow.firstNames
  if (flow.foldedNames !== null) written.folded = flow.foldedNames
  return written
}

interface WrittenLineage {
  readonly columns: readonly ColumnName[]
  readonly flows: readonly ColumnFlow[]
}

const withoutColumns: WrittenLineage = { columns: none, flows: none }
/** Stored columns as they are: the cache freezes what it keeps, so that all summaries can share them. */
const ofStored = new WeakMap<BaseColumn, WrittenLineage>()

const writeStored = (column: BaseColumn): WrittenLineage => {
  let form = ofStored.get(column)
  if (form === undefined) {
    form = { columns: [column.name], flows: [writeFlow(column, valueFlow)] }
    ofStored.set(column, form)
  }
  return form
}

const writeLineage = (lineage: Lineage): WrittenLineage => {
  if (lineage.size === 0) return withoutColumns
  const flows: ColumnFlow[] = []
  for (const [column, flow] of lineage) {
    if (flow === valueFlow && lineage.size === 1) return writeStored(column)
    flows.push(writeFlow(column, flow))
  }
  if (flows.length > 1)
    flows.sort((left, right) => (left.column < right.column ? -1 : left.column > right.column ? 1 : 0))
  return { columns: flows.map(({ column }) => column), flows }
}

/** A column of a result or of a written table, with the columns that its values come from. */
export const writeColumn = <Name extends string | null>({
  name,
  lineage,
}: {
  readonly name: Name
  readonly lineage: Lineage
}): WrittenLineage & { readonly name: Name } => {
  const { columns, flows } = writeLineage(lineage)
  return { name, columns, flows }
}
