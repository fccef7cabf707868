import { Refusal } from '../refusal.ts'

/** The parser's tree is like JSON, with `undefined` for what is missing: a variant is a bare string, or an object with the variant's name as its one key. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Refuses a form of the tree that is not known here. INVARIANT: `what` is a name of ours, never text of the statement. */
export const unknownSyntax = (what: string): never => {
  throw new Refusal('unknown-syntax', { detail: what })
}

export interface Variant {
  readonly name: string
  readonly body: Json
}

/** Takes an externally tagged value apart: exactly one key, or a bare name. */
export const variantOf = (value: Json | undefined, what: string): Variant => {
  if (typeof value === 'string') return { name: value, body: null }
  if (isObject(value)) {
    let name: string | null = null
    for (const key in value) {
      if (name !== null) return unknownSyntax(what)
      name = key
    }
    if (name !== null) return { name, body: value[name] ?? null }
  }
  return unknownSyntax(what)
}

/** Nothing was written there: the parser's ways of saying so. */
export const isAbsent = (value: Json | undefined): value is null | undefined | false =>
  value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0)

/** Fields that hold keywords and places only. */
const PLACE_FIELDS = new Set(['span', 'value_span', 'shorthand'])

/**
 * Opens a node of which every field is accounted for: `handled` fields are read by the caller, `idle` ones cannot
 * carry data. Any other field must be absent, so that a parser upgrade that adds a clause fails closed.
 */
export const openNode = (
  value: Json | undefined,
  what: string,
  handled: ReadonlySet<string>,
  idle?: ReadonlySet<string>,
): JsonObject => {
  if (!isObject(value)) return unknownSyntax(what)
  for (const key in value) {
    if (handled.has(key) || idle?.has(key) || PLACE_FIELDS.has(key) || key.endsWith('_token')) continue
    if (!isAbsent(value[key])) return unknownSyntax(`${what} with ${key}`)
  }
  return value
}

export const listOf = (value: Json | undefined, what: string): readonly Json[] => {
  if (value === null || value === undefined) return []
  return Array.isArray(value) ? value : unknownSyntax(what)
}

export const textOf = (value: Json | undefined, what: string): string =>
  typeof value === 'string' ? value : unknownSyntax(what)
