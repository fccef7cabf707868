import { convertValue, printNumber } from './convert-value.ts'
import { define, type ScalarFunction } from './scalar-function.ts'
import { compareValues, float, number, text, type Value } from './value.ts'

const n = (value: Value | undefined): number => value as number
const arithmetic = '+ - *'
const division = '/ % DIV0 -number'
const rounding = 'ABS SIGN CEIL FLOOR ROUND TRUNC, domains'
const formats = 'TO_CHAR with a format'

const within = (value: number, fail: () => null): number | null =>
  Number.isFinite(value) && Math.abs(value) < 1e38 ? value + 0 : fail()

const roundTo = (value: number, scale: number, how: (scaled: number) => number): number => {
  const factor = 10 ** scale
  const scaled = value * factor
  return Number.isFinite(scaled) && Math.abs(scaled) < 2 ** 52 ? how(scaled) / factor + 0 : value
}
const halfUp = (value: number): number => Math.sign(value) * Math.floor(Math.abs(value) + 0.5)
const rounded = (how: (scaled: number) => number) =>
  define(
    rounding,
    'number number?',
    number(38, 6),
    ([value, scale], fail) => {
      const digits = scale === undefined ? 0 : Math.trunc(n(scale))
      return Math.abs(digits) > 38 ? fail() : roundTo(n(value), digits, how)
    },
    { fails: true },
  )
const domain = (parameters: string, of: (...values: number[]) => number) =>
  define(
    rounding,
    parameters,
    float,
    (values, fail) => {
      const result = of(...values.map(n))
      return Number.isFinite(result) ? result : fail()
    },
    { fails: true },
  )

export const numberFunctions: Readonly<Record<string, ScalarFunction>> = {
  '*': define(arithmetic, 'number number', number(38, 6), ([a, b], fail) => within(n(a) * n(b), fail), {
    fails: true,
  }),
  '/': define(
    division,
    'number number',
    number(38, 6),
    ([a, b], fail) => (n(b) === 0 ? fail() : within(Math.round((n(a) / n(b)) * 1e6) / 1e6, fail)),
    { fails: true },
  ),
  '%': define(
    division,
    'number number',
    number(38, 6),
    ([a, b], fail) => (n(b) === 0 ? fail() : n(a) % n(b)),
    { fails: true },
  ),
  MOD: define(
    division,
    'number number',
    number(38, 6),
    ([a, b], fail) => (n(b) === 0 ? fail() : n(a) % n(b)),
    { fails: true },
  ),
  DIV0: define(division, 'number number', number(38, 6), ([a, b]) => (n(b) === 0 ? 0 : n(a) / n(b))),
  DIV0NULL: define(division, 'number number', number(38, 6), ([a, b]) => (n(b) === 0 ? 0 : n(a) / n(b))),
  NEGATE: define(division, 'number', number(38, 6), ([a]) => -n(a) + 0),
  ABS: define(rounding, 'number', number(38, 6), ([a]) => Math.abs(n(a))),
  SIGN: define(rounding, 'number', number(), ([a]) => Math.sign(n(a))),
  CEIL: rounded(Math.ceil),
  FLOOR: rounded(Math.floor),
  ROUND: rounded(halfUp),
  TRUNC: rounded(Math.trunc),
  SIN: domain('float', Math.sin),
  ATAN: domain('float', Math.atan),
  SQRT: domain('float', Math.sqrt),
  LN: domain('float', Math.log),
  LOG: domain('float float', (base, value) => Math.log(value) / Math.log(base)),
  ACOS: domain('float', Math.acos),
  ATANH: domain('float', Math.atanh),
  EXP: domain('float', Math.exp),
  POWER: domain('float float', (base, exponent) => base ** exponent),
  SQUARE: domain('float', (value) => value * value),
  FACTORIAL: define(
    rounding,
    'number',
    number(),
    ([value], fail) => {
      if (n(value) < 0 || n(value) > 33) return fail()
      let product = 1
      for (let factor = 2; factor <= n(value); factor += 1) product *= factor
      return product
    },
    { fails: true },
  ),
  WIDTH_BUCKET: define(
    rounding,
    'number number number number',
    number(),
    ([value, low, high, count], fail) => {
      if (n(low) >= n(high) || n(count) < 1) return fail()
      const at = Math.floor((n(count) * (n(value) - n(low))) / (n(high) - n(low))) + 1
      return Math.max(0, Math.min(n(count) + 1, at))
    },
    { fails: true },
  ),
  ZEROIFNULL: define('branches of one family', 'number', number(38, 6), ([value]) => value ?? 0, {
    strict: false,
  }),
  TO_CHAR: define(
    formats,
    'any text?',
    text(),
    ([value, format], fail, { types, settings }) => {
      const [type] = types
      if (type === undefined) return null
      if (format === undefined) return convertValue(value as Value, type, text(), settings, fail)
      if (typeof value === 'number') return /^[$9,0.]+$/.test(format as string) ? printNumber(value) : fail()
      const written = convertValue(
        value as Value,
        type,
        text(),
        { ...settings, dateFormat: 'YYYY-MM-DD' },
        fail,
      )
      return /^(YYYY|MM|DD|[-/ ])+$/.test(format as string)
        ? (format as string)
            .replace('YYYY', String(written).slice(0, 4))
            .replace('MM', String(written).slice(5, 7))
            .replace('DD', String(written).slice(8, 10))
        : String(written)
    },
    { fails: true },
  ),
}

const extreme = (values: readonly Value[], sign: number): Value =>
  values.reduce((best, value) => (compareValues(value, best) * sign > 0 ? value : best))
/** GREATEST and LEAST of values of one type: NULL where one is. */
export const greatestOf = (values: readonly Value[]): Value =>
  values.includes(null) ? null : extreme(values, 1)
export const leastOf = (values: readonly Value[]): Value =>
  values.includes(null) ? null : extreme(values, -1)
