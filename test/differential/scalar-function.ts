import type { Fail } from './convert-value.ts'
import type { Settings } from './statement-tree.ts'
import type { Family, Type, Value } from './value.ts'

/** How a function takes an argument: a family converts what is given, `any` takes it as it is. */
export type Parameter = Family | 'any' | 'dated'

export interface CallContext {
  readonly settings: Settings
  readonly types: readonly Type[]
}

/** One function of Snowflake, as the reference semantics runs it. */
export interface ScalarFunction {
  /** The row of the table of what can fail that it stands in. */
  readonly construct: string
  readonly parameters: readonly Parameter[]
  /** How many of them must be given. */
  readonly required: number
  /** Whether the last parameter repeats. */
  readonly variadic: boolean
  readonly result: Type | ((types: readonly Type[]) => Type)
  /** NULL in, NULL out, without a call. */
  readonly strict: boolean
  /** Whether a call can fail beside the conversion of its arguments. */
  readonly fails: boolean
  apply(args: readonly Value[], fail: Fail, context: CallContext): Value
}

/**
 * Defines a function in one line. `parameters` is a list of families, `?` after the first that may be left out, `...`
 * after one that repeats.
 */
export const define = (
  construct: string,
  parameters: string,
  result: ScalarFunction['result'],
  apply: ScalarFunction['apply'],
  options: { readonly strict?: boolean; readonly fails?: boolean } = {},
): ScalarFunction => {
  const names = parameters.split(' ').filter((name) => name !== '')
  const optional = names.findIndex((name) => name.endsWith('?'))
  return {
    construct,
    parameters: names.map((name) => name.replace(/[?.]+$/, '') as Parameter),
    required: optional === -1 ? names.length : optional,
    variadic: names.at(-1)?.endsWith('...') ?? false,
    result,
    strict: options.strict ?? true,
    fails: options.fails ?? false,
    apply,
  }
}
