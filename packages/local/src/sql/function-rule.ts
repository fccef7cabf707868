import type { SnowType } from '../dictionary/snow-type.ts'
import { call, type SyntaxNode } from './syntax-tree.ts'

/** A call as Snowflake writes it, with what is known of its arguments' types. */
export interface FunctionCall {
  readonly name: string
  readonly args: readonly SyntaxNode[]
  readonly types: readonly (SnowType | null)[]
}

export interface Rewritten {
  readonly node: SyntaxNode
  /** Null when only DuckDB can tell. */
  readonly type: SnowType | null
}

/** Turns a Snowflake call into what DuckDB shall run, or leaves it to the transpiler with null. */
export type FunctionRule = (call: FunctionCall) => Rewritten | null

export const rewritten = (type: SnowType | null, name: string, ...args: unknown[]): Rewritten => ({
  node: call(name, ...args),
  type,
})
