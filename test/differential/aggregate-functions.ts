import { type Compilation, type Compiled, CompileRefusal } from './compilation.ts'
import { toVariant } from './convert-value.ts'
import {
  array,
  boolean,
  compareValues,
  float,
  type Json,
  keyOf,
  number,
  object,
  type Type,
  text,
  type Value,
  Variant,
} from './value.ts'

/** Folds the arguments of the rows of one group, in their order. */
export interface Fold {
  readonly type: Type
  /** What the arguments are converted to first. */
  readonly parameters: readonly Type[]
  fold(rows: readonly (readonly Value[])[], live: boolean): Value
}

const present = (rows: readonly (readonly Value[])[]): (readonly Value[])[] =>
  rows.filter(([value]) => value !== null)
const numbers = (rows: readonly (readonly Value[])[]): number[] =>
  present(rows).map(([value]) => value as number)

const best = (rows: readonly (readonly Value[])[], at: number, sign: number): readonly Value[] | undefined =>
  rows
    .filter((row) => row[at] !== null)
    .reduce<readonly Value[] | undefined>(
      (found, row) =>
        found === undefined || compareValues(row[at] as Value, found[at] as Value) * sign > 0 ? row : found,
      undefined,
    )

const modeOf = (rows: readonly (readonly Value[])[]): Value => {
  const counts = new Map<string, { count: number; value: Value }>()
  for (const [value] of present(rows)) {
    const key = keyOf(value as Value)
    const known = counts.get(key)
    if (known) known.count += 1
    else counts.set(key, { count: 1, value: value as Value })
  }
  return [...counts.values()].reduce<{ count: number; value: Value }>((a, b) => (b.count > a.count ? b : a), {
    count: 0,
    value: null,
  }).value
}

const quantile = (values: readonly number[], at: number, isContinuous: boolean): number | null => {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  if (!isContinuous) return sorted[Math.max(0, Math.ceil(at * sorted.length) - 1)] ?? null
  const place = at * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(place)] as number, sorted[Math.ceil(place)] as number]
  return low + (high - low) * (place - Math.floor(place))
}

const deviation = (values: readonly number[]): number | null => {
  if (values.length < 2) return null
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}

const distinct = (rows: readonly (readonly Value[])[]): (readonly Value[])[] => {
  const seen = new Set<string>()
  return rows.filter((row) => {
    const key = row.map(keyOf).join(' ')
    return seen.has(key) ? false : seen.add(key) !== undefined
  })
}

const simple = (type: Type, parameters: readonly Type[], fold: Fold['fold']): Fold => ({
  type,
  parameters,
  fold,
})

/** @throws CompileRefusal for a function that is not known, or not with these types */
export const foldOf = (
  compilation: Compilation,
  name: string,
  args: readonly Compiled[],
  isDistinct: boolean,
): Fold => {
  const given = args.map(({ type }) => type)
  const first = given[0] ?? number()
  const classified = args.some((argument) => argument.classified)
  const made = makeFold(compilation, name, given, first, classified)
  if (!isDistinct) return made
  compilation.mark('observes equality', classified)
  return { ...made, fold: (rows, live) => made.fold(distinct(rows), live) }
}

const makeFold = (
  compilation: Compilation,
  name: string,
  given: readonly Type[],
  first: Type,
  classified: boolean,
): Fold => {
  const settings = compilation.settings
  switch (name) {
    case 'COUNT':
      compilation.mark('COUNT MIN MAX ANY_VALUE MODE', classified)
      return simple(number(), given, (rows) => rows.filter((row) => !row.includes(null)).length)
    case 'APPROX_COUNT_DISTINCT':
    case 'HLL':
      compilation.mark('observes equality', classified)
      return simple(number(), given, (rows) => distinct(present(rows)).length)
    case 'COUNT_IF':
      return simple(number(), [boolean], (rows) => rows.filter(([value]) => value === true).length)
    case 'MIN':
    case 'MAX':
      compilation.mark('COUNT MIN MAX ANY_VALUE MODE', classified)
      compilation.mark('observes order', classified)
      return simple(first, given, (rows) => best(rows, 0, name === 'MAX' ? 1 : -1)?.[0] ?? null)
    case 'ANY_VALUE':
      return simple(first, given, (rows) => present(rows)[0]?.[0] ?? null)
    case 'MODE':
      compilation.mark('observes equality', classified)
      return simple(first, given, modeOf)
    case 'MIN_BY':
    case 'MAX_BY':
      compilation.mark('observes order', classified)
      return simple(first, given, (rows) => best(rows, 1, name === 'MAX_BY' ? 1 : -1)?.[0] ?? null)
    case 'SUM':
    case 'AVG': {
      compilation.mark('SUM AVG MEDIAN PERCENTILE', classified)
      const site = compilation.site(name)
      const parameter = first.family === 'float' ? float : first.family === 'number' ? first : number(18, 5)
      return simple(number(38, 6), [parameter], (rows, live) => {
        const values = numbers(rows)
        if (values.length === 0) return null
        const sum = values.reduce((a, b) => a + b, 0)
        if (Math.abs(sum) >= 1e38 || (name === 'AVG' && values.some((value) => Math.abs(value) >= 1e26)))
          return compilation.fail(site, live)
        return name === 'SUM' ? sum : Math.round((sum / values.length) * 1e6) / 1e6
      })
    }
    case 'MEDIAN':
      compilation.mark('SUM AVG MEDIAN PERCENTILE', classified)
      return simple(number(38, 6), [first.family === 'float' ? float : number(38, 6)], (rows) =>
        quantile(numbers(rows), 0.5, true),
      )
    case 'APPROX_PERCENTILE':
      compilation.mark('SUM AVG MEDIAN PERCENTILE', classified)
      return simple(float, [float, float], (rows) =>
        quantile(numbers(rows), Number(rows[0]?.[1] ?? 0.5), true),
      )
    case 'PERCENTILE_CONT':
    case 'PERCENTILE_DISC':
      compilation.mark('SUM AVG MEDIAN PERCENTILE', classified)
      compilation.mark('observes order', classified)
      return simple(number(38, 6), [number(38, 6), number(38, 6)], (rows) =>
        quantile(
          rows.flatMap((row) => (row[1] === null ? [] : [row[1] as number])),
          Number(rows[0]?.[0] ?? 0.5),
          name === 'PERCENTILE_CONT',
        ),
      )
    case 'STDDEV': {
      compilation.mark('SUM AVG MEDIAN PERCENTILE', classified)
      return simple(float, [float], (rows) => deviation(numbers(rows)))
    }
    case 'LISTAGG':
      compilation.mark('ARRAY_AGG LISTAGG', classified)
      return simple(text(), [text(), text()].slice(0, Math.max(1, given.length)), (rows) =>
        present(rows)
          .map(([value]) => value as string)
          .join((rows[0]?.[1] as string | undefined) ?? ''),
      )
    case 'ARRAY_AGG':
    case 'ARRAY_UNIQUE_AGG': {
      compilation.mark('ARRAY_AGG LISTAGG', classified)
      if (name === 'ARRAY_UNIQUE_AGG') compilation.mark('observes equality', classified)
      return simple(
        array,
        given,
        (rows) =>
          new Variant(
            (name === 'ARRAY_AGG' ? present(rows) : distinct(present(rows))).map(
              ([value]) => (toVariant(value as Value, first, settings) as Variant).json,
            ),
          ),
      )
    }
    case 'OBJECT_AGG': {
      compilation.mark('OBJECT_CONSTRUCT, keys', classified)
      const site = compilation.site(name)
      return simple(object, [text(), given[1] ?? text()], (rows, live) => {
        const made: Record<string, Json> = {}
        for (const [key, value] of rows) {
          if (key === null || value === null) continue
          if (Object.hasOwn(made, key as string)) return compilation.fail(site, live)
          made[key as string] = (toVariant(value as Value, given[1] ?? text(), settings) as Variant).json
        }
        return new Variant(made)
      })
    }
    case 'BOOLAND_AGG':
    case 'BOOLOR_AGG':
      compilation.mark('AND OR NOT', classified)
      return simple(boolean, [boolean], (rows) => {
        const values = present(rows).map(([value]) => value as boolean)
        if (values.length === 0) return null
        return name === 'BOOLAND_AGG' ? values.every(Boolean) : values.some(Boolean)
      })
    case 'HASH_AGG':
    case 'MINHASH':
    case 'APPROX_TOP_K_ACCUMULATE':
      return simple(text(), given, (rows) =>
        distinct(rows)
          .map((row) => row.map(keyOf).join(' '))
          .sort()
          .join('|'),
      )
    case 'APPROX_TOP_K':
      compilation.mark('observes equality', classified)
      return simple(
        array,
        given,
        (rows) => new Variant([[toVariant(modeOf(rows), first, settings)?.json ?? null, rows.length]]),
      )
    default:
      throw new CompileRefusal(`no aggregate ${name}`)
  }
}
