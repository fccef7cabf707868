import type { Type, Value } from './value.ts'

/** An expression of a generated statement. Operators are functions: `+`, `=`, `AND`, `LIKE`, `IS NULL`. */
export type Expr =
  | { readonly k: 'lit'; readonly type: Type; readonly value: Value }
  | { readonly k: 'var'; readonly name: string; readonly value: Extract<Expr, { k: 'lit' }> }
  | { readonly k: 'col'; readonly rel: string | null; readonly name: string }
  | { readonly k: 'fn'; readonly name: string; readonly args: readonly Expr[] }
  | { readonly k: 'cast'; readonly e: Expr; readonly to: Type; readonly attempt: boolean }
  | {
      readonly k: 'case'
      readonly operand: Expr | null
      readonly whens: readonly { readonly when: Expr; readonly result: Expr }[]
      readonly otherwise: Expr | null
    }
  | {
      readonly k: 'agg'
      readonly name: string
      readonly args: readonly Expr[]
      readonly distinct: boolean
      readonly within: readonly Order[]
    }
  | {
      readonly k: 'win'
      readonly name: string
      readonly args: readonly Expr[]
      readonly partition: readonly Expr[]
      readonly order: readonly Order[]
    }
  | { readonly k: 'scalar'; readonly q: Query }
  | { readonly k: 'exists'; readonly q: Query }
  | { readonly k: 'in'; readonly e: Expr; readonly q: Query }
  | { readonly k: 'path'; readonly e: Expr; readonly keys: readonly string[] }
  | {
      readonly k: 'lambda'
      readonly name: 'FILTER' | 'TRANSFORM'
      readonly array: Expr
      readonly parameter: string
      readonly body: Expr
    }

export interface Order {
  readonly e: Expr
  readonly descending: boolean
}

/** A source of rows. */
export type Rel =
  | { readonly k: 'table'; readonly name: string; readonly as: string }
  | { readonly k: 'derived'; readonly q: Query; readonly as: string; readonly lateral: boolean }
  | { readonly k: 'flatten'; readonly e: Expr; readonly as: string }
  | { readonly k: 'split'; readonly e: Expr; readonly by: Expr; readonly as: string }
  | { readonly k: 'generator'; readonly rows: number; readonly as: string }
  | {
      readonly k: 'values'
      readonly rows: readonly (readonly Expr[])[]
      readonly as: string
      readonly columns: readonly string[]
    }
  | {
      readonly k: 'join'
      readonly kind: 'join' | 'left join' | 'cross join' | 'comma'
      readonly left: Rel
      readonly right: Rel
      readonly on: Expr | null
      readonly using: string | null
    }
  | {
      readonly k: 'pivot'
      readonly q: Query
      readonly aggregate: string
      readonly column: string
      readonly of: string
      readonly values: readonly Expr[]
      readonly as: string
      readonly otherwise: Expr | null
    }
  | {
      readonly k: 'unpivot'
      readonly q: Query
      readonly value: string
      readonly name: string
      readonly columns: readonly string[]
      readonly as: string
    }

export interface Item {
  readonly e: Expr
  readonly as: string
}

export interface Select {
  readonly k: 'select'
  readonly distinct: boolean
  readonly items: readonly Item[]
  readonly from: Rel | null
  readonly where: Expr | null
  readonly connectBy: { readonly start: Expr; readonly by: Expr } | null
  readonly group: readonly Expr[]
  /** Groups by the keys in front of each, by one key at a time, or by every choice of keys, instead of by all of them. */
  readonly sets?: 'rollup' | 'grouping sets' | 'cube'
  readonly having: Expr | null
  readonly qualify: Expr | null
}

export interface SetOperation {
  readonly k: 'set'
  readonly op: 'union all' | 'union' | 'except' | 'intersect'
  readonly left: Body
  readonly right: Body
}

export type Body = Select | SetOperation

export interface CommonTable {
  readonly name: string
  readonly columns: readonly string[]
  readonly q: Query
  readonly recursive: boolean
}

export interface Query {
  readonly with: readonly CommonTable[]
  readonly body: Body
  readonly order: readonly Order[]
  readonly limit: number | null
  readonly offset?: number
}

/** Parameters that a caller may send along with a statement: they act as conversions. */
export interface Settings {
  readonly timeZone: 'UTC' | 'Asia/Tokyo' | 'America/Los_Angeles'
  readonly dateFormat: 'YYYY-MM-DD' | 'DD-MON-YYYY' | 'MM/DD/YYYY'
}

export const plainSettings: Settings = { timeZone: 'UTC', dateFormat: 'YYYY-MM-DD' }

/** Writes rows of a query into a table that the session then reads. */
export interface Insert {
  readonly table: string
  readonly columns: readonly string[]
  readonly q: Query
}

export interface Assignment {
  readonly name: string
  readonly e: Expr
}

/** Changes rows of a table that the session then reads: `where` is the condition of MERGE, too. */
export interface Change {
  readonly k: 'update' | 'delete' | 'merge'
  readonly table: string
  readonly as: string
  readonly from: Rel | null
  readonly where: Expr | null
  readonly sets: readonly Assignment[]
  /** What MERGE writes of rows that match none. */
  readonly inserted: readonly Assignment[]
}

/** The last statement of a session, with the parameters that go with it and what the session does before. */
export interface Statement {
  readonly q: Query
  readonly settings: Settings
  /** Whether the session sets its time zone, where it is not sent along with the statement. */
  readonly setsTimeZone?: boolean
  readonly inserts?: readonly Insert[]
  readonly changes?: readonly Change[]
}

export const lit = (type: Type, value: Value): Expr => ({ k: 'lit', type, value })
export const col = (name: string, rel: string | null = null): Expr => ({ k: 'col', rel, name })
export const fn = (name: string, ...args: readonly Expr[]): Expr => ({ k: 'fn', name, args })
export const castTo = (e: Expr, to: Type, attempt = false): Expr => ({ k: 'cast', e, to, attempt })
export const agg = (name: string, args: readonly Expr[], distinct = false): Expr => ({
  k: 'agg',
  name,
  args,
  distinct,
  within: [],
})
export const iff = (when: Expr, then: Expr, otherwise: Expr | null): Expr => ({
  k: 'case',
  operand: null,
  whens: [{ when, result: then }],
  otherwise,
})

export const select = (
  items: readonly Item[],
  from: Rel | null,
  rest: Partial<Omit<Select, 'k' | 'items' | 'from'>> = {},
): Select => ({
  k: 'select',
  distinct: false,
  items,
  from,
  where: null,
  connectBy: null,
  group: [],
  having: null,
  qualify: null,
  ...rest,
})
export const query = (body: Body, rest: Partial<Omit<Query, 'body'>> = {}): Query => ({
  with: [],
  body,
  order: [],
  limit: null,
  ...rest,
})
