import type { TableEntry } from '../dictionary/dictionary.ts'
import type { SnowType } from '../dictionary/snow-type.ts'
import { asList, foldName, isIdentifier } from './syntax-tree.ts'

export interface BoundColumn {
  /** As Snowflake names it, not encoded. Null when only DuckDB can tell. */
  readonly name: string | null
  /** Null when only DuckDB can tell. */
  readonly type: SnowType | null
  /** The base column that this is, untouched. */
  readonly origin: { readonly table: TableEntry; readonly column: string } | null
  readonly nullable: boolean
}

export interface Relation {
  /** The name that qualifies its columns, not encoded. */
  readonly name: string | null
  /** Null when only DuckDB knows them. */
  readonly columns: readonly BoundColumn[] | null
}

/** What names mean inside one SELECT. Enclosing SELECTs are its parents. */
export class Scope {
  readonly relations: Relation[] = []
  readonly aliases = new Map<string, BoundColumn>()
  readonly #tables = new Map<string, readonly BoundColumn[] | null>()
  readonly parent: Scope | null

  constructor(parent: Scope | null) {
    this.parent = parent
  }

  addCommonTable(name: string, columns: readonly BoundColumn[] | null): void {
    this.#tables.set(name, columns)
  }

  /** The columns of a common table expression, `undefined` when none has the name. */
  commonTable(name: string): readonly BoundColumn[] | null | undefined {
    if (this.#tables.has(name)) return this.#tables.get(name) ?? null
    return this.parent?.commonTable(name)
  }

  /** The column of that name, `'missing'` when there is surely none, null when only DuckDB can tell. */
  column(qualifier: string | null, name: string): BoundColumn | 'missing' | null {
    let open = false
    for (const relation of this.relations) {
      if (qualifier !== null && relation.name !== qualifier) continue
      if (relation.columns === null) {
        open = true
        continue
      }
      const found = relation.columns.find((column) => column.name === name)
      if (found) return found
      if (relation.columns.some((column) => column.name === null)) open = true
    }
    if (qualifier === null && this.aliases.has(name)) return this.aliases.get(name) as BoundColumn
    if (open) return null
    return this.parent?.column(qualifier, name) ?? (this.parent ? null : 'missing')
  }
}

/** `alias (a, b)`: the first columns get new names. */
export const renameColumns = (
  columns: readonly BoundColumn[] | null,
  names: unknown,
): readonly BoundColumn[] | null => {
  const given = asList(names).filter(isIdentifier)
  return (
    columns?.map((column, index) => {
      const name = given[index]
      return name ? { ...column, name: foldName(name) } : column
    }) ?? null
  )
}
