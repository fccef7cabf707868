import { countThrough, deriveThrough, type Lineage, mergeLineages, passThrough } from '../resolve/lineage.ts'

interface ValueRule {
  /** Arguments whose value the result is. */
  readonly values: 'all' | readonly number[]
  /** With more arguments than this the result is computed: a format, a character set, a precision. */
  readonly maxArguments: number
}

const single: ValueRule = { values: [0], maxArguments: 1 }
/** A third argument stands for rows that are not there: a value of the writer's choice. */
const ofAnotherRow: ValueRule = { values: [0], maxArguments: 2 }
const firstOfTwo: ValueRule = { values: [0], maxArguments: 2 }

/**
 * Functions whose result is one of the values put in: a mask of the column still fits it.
 *
 * Not here, though they look alike: UPPER (changes the value), TRIM with characters (`rtrim(ssn, '0123456789')`
 * moves the last digits), NULLIF, GREATEST and LEAST (compare with something chosen by the writer),
 * conversions with a format, TO_BOOLEAN (tells one bit).
 */
const valueRules: ReadonlyMap<string, ValueRule> = new Map<string, ValueRule>([
  ['MIN', single],
  ['MAX', single],
  ['ANY_VALUE', single],
  ['MODE', single],
  ['TRIM', single],
  ['LTRIM', single],
  ['RTRIM', single],
  ['TO_VARCHAR', single],
  ['TO_CHAR', single],
  ['TO_NUMBER', single],
  ['TO_DECIMAL', single],
  ['TO_NUMERIC', single],
  ['TO_DOUBLE', single],
  ['TO_DATE', single],
  ['DATE', single],
  ['TO_TIMESTAMP', single],
  ['TO_TIMESTAMP_NTZ', single],
  ['TO_TIMESTAMP_LTZ', single],
  ['TO_TIMESTAMP_TZ', single],
  ['TRY_TO_NUMBER', single],
  ['TRY_TO_DECIMAL', single],
  ['TRY_TO_NUMERIC', single],
  ['TRY_TO_DOUBLE', single],
  ['TRY_TO_DATE', single],
  ['TRY_TO_TIMESTAMP', single],
  ['TRY_TO_TIMESTAMP_NTZ', single],
  ['TRY_TO_TIMESTAMP_LTZ', single],
  ['TRY_TO_TIMESTAMP_TZ', single],
  ['TO_VARIANT', single],
  ['COALESCE', { values: 'all', maxArguments: Number.POSITIVE_INFINITY }],
  ['NVL', { values: 'all', maxArguments: 2 }],
  ['IFNULL', { values: 'all', maxArguments: 2 }],
  ['FIRST_VALUE', single],
  ['LAST_VALUE', single],
  ['NTH_VALUE', firstOfTwo],
  ['LAG', ofAnotherRow],
  ['LEAD', ofAnotherRow],
  ['FIRST', firstOfTwo],
  ['LAST', firstOfTwo],
  ['PREV', firstOfTwo],
  ['NEXT', firstOfTwo],
  ['MIN_BY', firstOfTwo],
  ['MAX_BY', firstOfTwo],
])

/** Functions whose arguments after the first are places in it: a text there is converted, which fails as a CAST does. */
const withPlaces = new Set(['LEFT', 'RIGHT', 'SUBSTR', 'SUBSTRING'])

const distinctCounts = new Set(['APPROX_COUNT_DISTINCT', 'APPROXIMATE_COUNT_DISTINCT', 'HLL'])

/** How the arguments of a built-in function reach its result. */
export const flowThroughFunction = (
  name: string,
  parameters: readonly Lineage[],
  { isDistinct }: { readonly isDistinct: boolean },
): Lineage => {
  const countsDistinct = isDistinct || distinctCounts.has(name)
  if (name === 'COUNT' || distinctCounts.has(name)) {
    return mergeLineages(
      parameters.map((lineage) => countThrough(lineage, name, { isDistinct: countsDistinct })),
    )
  }
  const rule = valueRules.get(name)
  if (rule === undefined || parameters.length > rule.maxArguments) {
    return mergeLineages(
      parameters.map((lineage, index) =>
        deriveThrough(index > 0 && withPlaces.has(name) ? deriveThrough(lineage, 'CAST') : lineage, name),
      ),
    )
  }
  return mergeLineages(
    parameters.map((lineage, index) =>
      rule.values === 'all' || rule.values.includes(index)
        ? passThrough(lineage, name)
        : deriveThrough(lineage, name),
    ),
  )
}
