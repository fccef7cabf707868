import type { Privilege } from '../access/access-control.ts'
import type { TableEntry } from '../dictionary/dictionary.ts'
import { displayName, encodeName } from '../dictionary/identifier.ts'
import type { SnowType } from '../dictionary/snow-type.ts'
import { invalidIdentifier, unsupported } from '../snowflake-error.ts'
import { bindRelation } from './bind-relation.ts'
import { bindSelect } from './bind-select.ts'
import { expandObjectStar } from './expand-star.ts'
import type { MarkedStatement } from './mark-statement.ts'
import { aggregateHolders, rewriteExpression } from './rewrite-expression.ts'
import { type BoundColumn, renameColumns, Scope } from './scope.ts'
import {
  asNodes,
  foldName,
  type Identifier,
  identifier,
  isIdentifier,
  isObject,
  kindOf,
  payloadOf,
  replaceNode,
  type SyntaxNode,
} from './syntax-tree.ts'
import { refuseVariantOrder } from './themes/variants.ts'
import type { SuppliedRelation, TranslationContext } from './translation.ts'
import { suppliedTable } from './translation.ts'
import { typeOf } from './type-of.ts'

const setOperations = new Set(['union', 'intersect', 'except'])
const queryKinds = new Set([...setOperations, 'select', 'subquery', 'values'])
const refusedKinds = new Set([
  'stage_reference',
  'command',
  'raw',
  'lambda',
  'query_parameter',
  'parameter',
  'placeholder',
])

/**
 * Gives every name of a tree its meaning: tables through the dictionary and the role's privileges, columns through
 * scopes. On the way it infers Snowflake's types and rewrites what the transpiler would get wrong.
 */
export class Binder {
  readonly marked: MarkedStatement
  readonly context: TranslationContext
  readonly supplied: SuppliedRelation[] = []
  readonly types = new WeakMap<object, SnowType>()
  readonly columns = new WeakMap<object, BoundColumn>()
  readonly tables: TableEntry[] = []
  /** Aggregates inside OVER, WITHIN GROUP or FILTER. */
  readonly held = new WeakSet<object>()
  readonly #final = new WeakSet<object>()
  /** What a recursive query's first part makes known before its second part is bound. */
  readonly #recursions = new WeakMap<SyntaxNode, (left: readonly BoundColumn[] | null) => void>()

  constructor(marked: MarkedStatement, context: TranslationContext) {
    this.marked = marked
    this.context = context
  }

  /** The output columns of a query, null when only DuckDB can tell. */
  bindQuery(node: SyntaxNode, parent: Scope | null): readonly BoundColumn[] | null {
    const kind = kindOf(node)
    if (kind === 'select') return bindSelect(this, node.select as SyntaxNode, parent)
    if (kind !== null && setOperations.has(kind))
      return this.#bindSetOperation(node[kind] as SyntaxNode, parent)
    if (kind === 'subquery') return this.#bindSubquery(node.subquery as SyntaxNode, parent)
    if (kind === 'values') {
      this.visit(node.values, parent ?? new Scope(null))
      return null
    }
    throw unsupported('this form of query')
  }

  bindWith(value: unknown, parent: Scope | null): Scope {
    const scope = new Scope(parent)
    if (!isObject(value)) return scope
    for (const cte of asNodes(value.ctes)) {
      const name = foldName(cte.alias as unknown as Identifier)
      const query = cte.this as SyntaxNode
      if (this.#isRecursive(query, name)) {
        this.#recursions.set(query.union as SyntaxNode, (left) =>
          scope.addCommonTable(name, renameColumns(left, cte.columns)),
        )
        value.recursive = true
      }
      scope.addCommonTable(name, renameColumns(this.bindQuery(query, scope), cte.columns))
    }
    return scope
  }

  /** Walks any part of a tree that is no query itself. */
  visit(value: unknown, scope: Scope): void {
    if (Array.isArray(value)) {
      for (const item of value) this.visit(item, scope)
      return
    }
    if (!isObject(value) || isIdentifier(value)) return
    const kind = kindOf(value)
    if (kind !== null && refusedKinds.has(kind) && isObject(value[kind])) throw unsupported('this expression')
    if (kind !== null && queryKinds.has(kind) && isObject(value[kind])) {
      const columns = this.bindQuery(value, scope)
      const [only, ...more] = columns ?? []
      if (only?.type && more.length === 0) this.types.set(value, only.type)
      return
    }
    if (kind === 'column') {
      this.#bindColumn(value, scope)
      return
    }
    if (kind === 'dot') {
      this.#bindDotted(value, scope)
      return
    }
    if (kind === 'table') throw unsupported('a table in this place')
    if (kind === 'function') expandObjectStar(this, value.function as SyntaxNode, scope)
    if (kind !== null && aggregateHolders.has(kind)) {
      const inner = (value[kind] as SyntaxNode).this
      if (isObject(inner)) this.held.add(inner)
    }
    for (const part of Object.values(value)) this.visit(part, scope)
    if (kind !== null) rewriteExpression(this, kind, value)
    else if ('desc' in value && 'nulls_first' in value) this.#bindOrdered(value)
  }

  /** Points a table node at its place in DuckDB. The table keeps its own name as alias for its columns' qualifier. */
  placeTable(table: SyntaxNode, parts: readonly string[], privilege: Privilege): readonly BoundColumn[] {
    const name = this.context.qualify(parts)
    const alias = isObject(table.alias) ? table.alias : identifier(encodeName(name.name))
    if (!isObject(table.alias)) this.#final.add(alias)
    Object.assign(table, { alias, alias_explicit_as: true, catalog: null })
    const supplied = privilege === 'SELECT' ? this.context.supply(name) : null
    if (supplied) {
      Object.assign(table, { schema: null, name: this.finalName(this.supply(supplied)) })
      return supplied.columns.map((column) => ({ ...column, origin: null, nullable: true }))
    }
    const entry = this.context.resolveTable(name, privilege)
    this.tables.push(entry)
    Object.assign(table, {
      schema: this.finalName(entry.physicalSchema),
      name: this.finalName(encodeName(entry.name)),
    })
    return entry.columns.map((column) => ({
      name: column.name,
      type: column.type,
      origin: { table: entry, column: column.name },
      nullable: column.nullable,
    }))
  }

  supply(relation: SuppliedRelation): string {
    this.supplied.push(relation)
    return suppliedTable(this.supplied.length - 1)
  }

  /** An identifier that is already as DuckDB shall read it. */
  finalName(name: string): SyntaxNode {
    const node = identifier(name)
    this.#final.add(node)
    return node
  }

  /** Encodes every name that is left as the user wrote it. Run once, after binding. */
  encodeIdentifiers(value: unknown): void {
    if (Array.isArray(value)) for (const item of value) this.encodeIdentifiers(item)
    else if (isIdentifier(value)) {
      if (this.#final.has(value)) return
      this.#final.add(value)
      Object.assign(value, { name: encodeName(foldName(value)), quoted: true })
    } else if (isObject(value)) for (const part of Object.values(value)) this.encodeIdentifiers(part)
  }

  typeOf(node: unknown): SnowType | null {
    return typeOf(this.types, node)
  }

  bindRelation(node: SyntaxNode, lateral: Scope, outer: Scope) {
    return bindRelation(this, node, lateral, outer)
  }

  /** Snowflake: NULL is higher than every value. DuckDB puts it last either way. */
  #bindOrdered(ordered: SyntaxNode): void {
    refuseVariantOrder(this, ordered.this)
    ordered.nulls_first ??= ordered.desc === true
  }

  #bindSetOperation(payload: SyntaxNode, parent: Scope | null): readonly BoundColumn[] | null {
    const scope = this.bindWith(payload.with, parent)
    const left = this.bindQuery(payload.left as SyntaxNode, scope)
    this.#recursions.get(payload)?.(left)
    const right = this.bindQuery(payload.right as SyntaxNode, scope)
    const columns =
      left?.map((column, index) => {
        const other = right?.[index]?.type ?? null
        const same =
          column.type !== null && other !== null && JSON.stringify(column.type) === JSON.stringify(other)
        return { name: column.name, type: same ? column.type : null, origin: null, nullable: true }
      }) ?? null
    const ordering = new Scope(scope)
    ordering.relations.push({ name: null, columns })
    for (const clause of ['order_by', 'limit', 'offset']) this.visit(payload[clause], ordering)
    return columns
  }

  #bindSubquery(payload: SyntaxNode, parent: Scope | null): readonly BoundColumn[] | null {
    const scope = this.bindWith(payload.with, parent)
    const columns = this.bindQuery(payload.this as SyntaxNode, scope)
    const ordering = new Scope(scope)
    ordering.relations.push({ name: null, columns })
    for (const clause of ['order_by', 'limit', 'offset']) this.visit(payload[clause], ordering)
    return columns
  }

  #bindColumn(node: SyntaxNode, scope: Scope): void {
    const payload = node.column as SyntaxNode
    if (payload.join_mark) throw unsupported('(+) joins')
    const name = foldName(payload.name as unknown as Identifier)
    const qualifier = isIdentifier(payload.table) ? foldName(payload.table) : null
    if (name.startsWith('$')) throw unsupported('$ columns')
    const column = scope.column(qualifier, name)
    if (column === 'missing') {
      throw invalidIdentifier(
        [qualifier, name].flatMap((part) => (part === null ? [] : displayName(part))).join('.'),
      )
    }
    if (!column) return
    this.columns.set(node, column)
    if (column.type) this.types.set(node, column.type)
  }

  /** `db.schema.table.column` and `schema.table.column`: the table's own name is enough, since it is its alias. */
  #bindDotted(node: SyntaxNode, scope: Scope): void {
    const parts: SyntaxNode[] = []
    let inner: unknown = node
    for (let dot = payloadOf(inner, 'dot'); dot; dot = payloadOf(inner, 'dot')) {
      if (!isIdentifier(dot.field)) throw unsupported('this expression')
      parts.unshift(dot.field)
      inner = dot.this
    }
    const column = payloadOf(inner, 'column')
    if (!column || !isIdentifier(column.name)) throw unsupported('this expression')
    const [name, table] = [...parts].reverse()
    replaceNode(node, {
      column: { ...column, name, table: table ?? column.name, join_mark: false },
    })
    this.#bindColumn(node, scope)
  }

  #isRecursive(query: SyntaxNode, name: string): boolean {
    const union = payloadOf(query, 'union')
    return union !== null && mentionsTable(union.right, name)
  }
}

const mentionsTable = (value: unknown, name: string): boolean => {
  if (Array.isArray(value)) return value.some((item) => mentionsTable(item, name))
  if (!isObject(value)) return false
  const table = payloadOf(value, 'table')
  if (table && isIdentifier(table.name) && !table.schema) return foldName(table.name) === name
  return Object.values(value).some((part) => mentionsTable(part, name))
}
