import type { BaseColumn } from './flow.ts'
import type { WrittenConstant } from './written-constant.ts'

/** One use of a table in a FROM, and what the conditions of its SELECT were found to demand of its rows. */
export interface TableUse {
  readonly table: string
  readonly pins: { readonly column: BaseColumn; readonly constants: readonly WrittenConstant[] }[]
  /** Equalities that hold in every row in which this use has a row at all. */
  readonly equals: { readonly column: BaseColumn; readonly use: TableUse; readonly to: BaseColumn }[]
}
