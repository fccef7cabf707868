import { convertValue, textOf, toVariant } from './convert-value.ts'
import { define, type ScalarFunction } from './scalar-function.ts'
import {
  array,
  boolean,
  type Json,
  number,
  object,
  type Type,
  text,
  type Value,
  Variant,
  variant,
} from './value.ts'

const paths = ': GET GET_PATH'
const arrays = 'arrays: total and not'
const objects = 'OBJECT_CONSTRUCT, keys'
const decoding = 'TRY_ forms, decoding'
const s = (value: Value | undefined): string => value as string
const n = (value: Value | undefined): number => value as number
const j = (value: Value | undefined): Json => (value as Variant).json

const parse = (value: string): Variant | null | undefined => {
  if (value.trim() === '') return null
  try {
    const seen = /"(\w+)"\s*:[^{}]*"\1"\s*:/.test(value)
    return seen ? undefined : new Variant(JSON.parse(value) as Json)
  } catch {
    return undefined
  }
}

const listOf = (value: Value | undefined): readonly Json[] | null => {
  const json = j(value)
  return Array.isArray(json) ? json : null
}
const isRecord = (json: Json): json is { readonly [key: string]: Json } =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

/** The member of a document by a key or an index, NULL where there is none. */
export const memberOf = (json: Json, key: string | number): Variant | null => {
  const member = Array.isArray(json)
    ? typeof key === 'number' || /^\d+$/.test(key)
      ? (json as readonly Json[])[Number(key)]
      : undefined
    : isRecord(json) && Object.hasOwn(json, key)
      ? json[key]
      : undefined
  return member === undefined ? null : new Variant(member)
}

const typeName = (json: Json): string => {
  if (json === null) return 'NULL_VALUE'
  if (Array.isArray(json)) return 'ARRAY'
  if (typeof json === 'object') return 'OBJECT'
  if (typeof json === 'number') return Number.isInteger(json) ? 'INTEGER' : 'DECIMAL'
  return typeof json === 'string' ? 'VARCHAR' : 'BOOLEAN'
}
const isOf = (name: RegExp) => define(arrays, 'variant', boolean, ([value]) => name.test(typeName(j(value))))

const construct = (keepsNulls: boolean) =>
  define(
    objects,
    'any...',
    object,
    (values, fail, { types, settings }) => {
      const made: Record<string, Json> = {}
      for (let index = 0; index + 1 < values.length; index += 2) {
        const key = textOf(values[index] as Value, types[index] as Type, settings)
        if (key === null) continue
        if (Object.hasOwn(made, key)) return fail()
        const value = toVariant(values[index + 1] as Value, types[index + 1] as Type, settings)
        if (value !== null) made[key] = value.json
        else if (keepsNulls) made[key] = null
      }
      return new Variant(made)
    },
    { strict: false, fails: true },
  )

export const variantFunctions: Readonly<Record<string, ScalarFunction>> = {
  PARSE_JSON: define(
    decoding,
    'text',
    variant,
    ([value], fail) => parse(s(value)) ?? (s(value).trim() === '' ? null : fail()),
    { fails: true },
  ),
  TRY_PARSE_JSON: define(decoding, 'text', variant, ([value]) => parse(s(value)) ?? null),
  CHECK_JSON: define(decoding, 'text', text(), ([value]) => (parse(s(value)) === undefined ? 'wrong' : null)),
  TO_VARIANT: define(arrays, 'any', variant, ([value], _, { types, settings }) =>
    toVariant(value as Value, types[0] as Type, settings),
  ),
  TO_JSON: define(arrays, 'variant', text(), ([value]) => JSON.stringify(j(value))),
  TYPEOF: define(arrays, 'variant', text(), ([value]) => typeName(j(value))),
  IS_INTEGER: isOf(/^INTEGER$/),
  IS_VARCHAR: isOf(/^VARCHAR$/),
  IS_ARRAY: isOf(/^ARRAY$/),
  AS_VARCHAR: define(arrays, 'variant', text(), ([value]) =>
    typeof j(value) === 'string' ? (j(value) as string) : null,
  ),
  AS_NUMBER: define(arrays, 'variant', number(), ([value]) =>
    typeof j(value) === 'number' ? (j(value) as number) : null,
  ),
  GET: define(paths, 'variant any', variant, ([value, key]) =>
    memberOf(j(value), typeof key === 'number' ? key : String(key)),
  ),
  GET_PATH: define(
    paths,
    'variant text',
    variant,
    ([value, path], fail) => {
      if (!/^\w+(\.\w+|\[\d+\])*$/.test(s(path))) return fail()
      let at: Variant | null = value as Variant
      for (const key of s(path)
        .split(/[.[\]]+/)
        .filter((part) => part !== ''))
        at = at && memberOf(at.json, key)
      return at
    },
    { fails: true },
  ),
  ARRAY_CONSTRUCT: define(
    arrays,
    'any...',
    array,
    (values, _, { types, settings }) =>
      new Variant(
        values.map((value, index) => toVariant(value, types[index] as Type, settings)?.json ?? null),
      ),
    { strict: false },
  ),
  ARRAY_SIZE: define(arrays, 'variant', number(), ([value]) => listOf(value)?.length ?? null),
  ARRAY_SLICE: define(
    arrays,
    'array number number',
    array,
    ([value, from, to]) => new Variant((listOf(value) ?? []).slice(Math.trunc(n(from)), Math.trunc(n(to)))),
  ),
  ARRAY_CONTAINS: define(arrays, 'variant array', boolean, ([value, list]) =>
    (listOf(list) ?? []).some((item) => JSON.stringify(item) === JSON.stringify(j(value))),
  ),
  ARRAY_TO_STRING: define(arrays, 'array text', text(), ([value, by]) =>
    (listOf(value) ?? []).map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join(s(by)),
  ),
  ARRAY_GENERATE_RANGE: define(
    arrays,
    'number number number?',
    array,
    ([from, to, step], fail) => {
      const by = step === undefined ? 1 : Math.trunc(n(step))
      if (by === 0 || Math.abs((n(to) - n(from)) / by) > 500) return fail()
      const made: number[] = []
      for (let at = n(from); by > 0 ? at < n(to) : at > n(to); at += by) made.push(at)
      return new Variant(made)
    },
    { fails: true },
  ),
  ARRAY_FLATTEN: define(
    arrays,
    'array',
    array,
    ([value], fail) => {
      const list = listOf(value) ?? []
      return list.every((item) => Array.isArray(item)) ? new Variant(list.flat(1) as Json[]) : fail()
    },
    { fails: true },
  ),
  ARRAY_APPEND: define(
    arrays,
    'array any',
    array,
    ([value, item], _, { types, settings }) =>
      new Variant([
        ...(listOf(value) ?? []),
        toVariant(item as Value, types[1] as Type, settings)?.json ?? null,
      ]),
  ),
  ARRAY_SORT: define(arrays, 'array', array, ([value]) => new Variant([...(listOf(value) ?? [])].sort())),
  ARRAY_MAX: define(arrays, 'array', variant, ([value]) => {
    const sorted = [...(listOf(value) ?? [])].sort()
    return sorted.length === 0 ? null : new Variant(sorted.at(-1) as Json)
  }),
  ARRAYS_TO_OBJECT: define(
    objects,
    'array array',
    object,
    ([keys, values], fail) => {
      const [names, items] = [listOf(keys) ?? [], listOf(values) ?? []]
      if (names.length !== items.length || new Set(names.map(String)).size !== names.length) return fail()
      return new Variant(Object.fromEntries(names.map((name, index) => [String(name), items[index] as Json])))
    },
    { fails: true },
  ),
  OBJECT_CONSTRUCT: construct(false),
  OBJECT_CONSTRUCT_KEEP_NULL: construct(true),
  OBJECT_INSERT: define(
    objects,
    'object text any',
    object,
    ([value, key, item], fail, { types, settings }) => {
      const made = j(value) as Readonly<Record<string, Json>>
      if (Object.hasOwn(made, s(key))) return fail()
      return new Variant({
        ...made,
        [s(key)]: toVariant(item as Value, types[2] as Type, settings)?.json ?? null,
      })
    },
    { fails: true },
  ),
  OBJECT_KEYS: define(
    objects,
    'object',
    array,
    ([value]) => new Variant(Object.keys(j(value) as object).sort()),
  ),
  OBJECT_PICK: define(objects, 'object text', object, ([value, key]) => {
    const member = memberOf(j(value), s(key))
    return new Variant(member === null ? {} : { [s(key)]: member.json })
  }),
  STRIP_NULL_VALUE: define(paths, 'variant', variant, ([value]) =>
    j(value) === null ? null : (value as Value),
  ),
  TO_ARRAY: define(arrays, 'any', array, ([value], fail, { types, settings }) =>
    value instanceof Variant && Array.isArray(value.json)
      ? value
      : convertValue(
          new Variant([toVariant(value as Value, types[0] as Type, settings)?.json ?? null]),
          variant,
          array,
          settings,
          fail,
        ),
  ),
}
