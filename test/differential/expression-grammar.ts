import type { SeededRandom } from '../fuzz/seeded-random.ts'
import { scalarFunctions } from './compile-call.ts'
import { castFromRare, castTargets, castTwice, skippedConversion } from './conversion-grammar.ts'
import { castTo, col, type Expr, fn, iff, lit } from './statement-tree.ts'
import {
  array,
  boolean,
  Day,
  date,
  isDated,
  isNumeric,
  ntz,
  number,
  type Type,
  text,
  todayDays,
  type Value,
  Variant,
  variant,
} from './value.ts'
import { poolOf } from './value-pools.ts'

/** A column that an expression may name. */
export interface Named {
  readonly rel: string | null
  readonly name: string
  readonly type: Type
  readonly classified: boolean
  /** Whether its mask shows a part of it. */
  readonly isPartlyShown: boolean
  /** The stored column whose values it may hold: constants are drawn from the same pool. */
  readonly pool: string
}

const units = ['year', 'month', 'day', 'quarter', 'week', 'hour']
const formats = ['YYYY-MM-DD', '999', 'YYYY', '$99', 'MM']
const patterns = ['1%', '%-%', '12_%', 'A%', '%1', '(', '[0-9]+', '.*-.*', 'x\\', '%@%']

/** By row of the table of what can fail: a row with few functions is met as often as one with many. */
const rows = [...new Set(Object.values(scalarFunctions).map(({ construct }) => construct))]
const functionsByRow = new Map(
  rows.map((row) => [
    row,
    Object.keys(scalarFunctions).filter((name) => scalarFunctions[name]?.construct === row),
  ]),
)
/** Rows whose statements are mostly refused: they are written more often, so that enough of them are counted. */
const rareRows = ['ABS SIGN CEIL FLOOR ROUND TRUNC, domains', 'LPAD RPAD REPEAT SPACE CHR SHA2']
const unifying = ['COALESCE', 'NVL', 'IFNULL', 'GREATEST', 'LEAST', 'NULLIF', 'EQUAL_NULL']
const comparing = [
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  'IN',
  'BETWEEN',
  'LIKE',
  'RLIKE',
  'CONTAINS',
  'STARTSWITH',
  'IS NULL',
  'IS NOT NULL',
]

/** The kinds of expression around a classified value: each stands for judgements or failures of its own. */
export const expressionKinds = [
  'plain',
  'cast',
  'cast twice',
  'cast of a rare type',
  'function',
  'nested functions',
  'operator',
  'comparison',
  'condition',
  'conditional failure',
  'division',
  'unifying',
  'clear condition',
  'skipped conversion',
  'presence',
  'path',
  'lambda',
  'document',
  'DATEDIFF',
] as const
export type ExpressionKind = (typeof expressionKinds)[number]

/** Makes expressions over the columns of one scope. */
export class ExpressionGrammar {
  readonly random: SeededRandom
  readonly #clearSubjects: number
  /** Whether constants may be written as session variables, and how many are. */
  hasVariables = false
  #variables = 0

  /** @param clearSubjects how many in a hundred expressions are about a column of no class */
  constructor(random: SeededRandom, clearSubjects: number) {
    this.random = random
    this.#clearSubjects = clearSubjects
  }

  chance(percent: number): boolean {
    return this.random.below(100) < percent
  }

  column(named: Named): Expr {
    return col(named.name, named.rel)
  }

  /** A classified column where there is one. */
  subject(columns: readonly Named[]): Named {
    const classified = columns.filter((column) => column.classified)
    if (classified.length === 0 || this.chance(this.#clearSubjects)) return this.random.pick(columns)
    const shown = this.chance(45) ? classified.filter((column) => column.isPartlyShown) : []
    return this.random.pick(shown.length > 0 ? shown : classified)
  }

  clear(columns: readonly Named[], isFit: (type: Type) => boolean = () => true): Named | undefined {
    const fitting = columns.filter((column) => !column.classified && isFit(column.type))
    return fitting.length === 0 ? undefined : this.random.pick(fitting)
  }

  /** A constant that the column may hold. */
  constantFor({ pool, type }: Named): Expr {
    const values = poolOf(pool, type)
    return values.length === 0 ? this.constant(type) : this.orVariable(lit(type, this.random.pick(values)))
  }

  /** A type to convert into; of a number often one with a digit too few in front of the point, or none to carry into. */
  private target(type: Type): Type {
    return type.family !== 'number' || this.chance(60) ? this.random.pick(castTargets) : this.narrowed(type)
  }

  /** A number with fewer digits, of those in front of the point or of those that are rounded. */
  narrower(named: Named): Expr {
    return castTo(this.column(named), this.narrowed(named.type))
  }

  private narrowed({ size = 38, scale = 0 }: Type): Type {
    return this.random.pick([number(size - scale, 0), number(size, scale + 1), number(size - 1, scale)])
  }

  private orVariable(value: Expr): Expr {
    if (!this.hasVariables || value.k !== 'lit' || this.chance(70)) return value
    // A variable holds a number, a text or a boolean.
    if (!/^(number|text|boolean)$/.test(value.type.family) || value.value === null) return value
    this.#variables += 1
    return { k: 'var', name: `V${this.#variables}`, value }
  }

  constant(type: Type): Expr {
    const { random } = this
    const of = (value: Value, as: Type = type) => this.orVariable(lit(as, value))
    if (isNumeric(type)) return of(random.pick([0, 1, 2, 3, -1, 5, 10, 90, 100, 60600]), number())
    if (type.family === 'boolean') return of(random.below(2) === 0, boolean)
    if (type.family === 'date' || type.family === 'ltz')
      return of(new Day(todayDays - random.below(30_000)), date)
    if (type.family === 'ntz') return castTo(of(new Day(todayDays - random.below(9_000)), date), ntz)
    if (type.family === 'variant') return of(new Variant(random.pick([1, 'a', null, true])), variant)
    if (type.family === 'array') return fn('ARRAY_CONSTRUCT', of(1, number()), of('a', text()))
    if (type.family === 'object') return fn('OBJECT_CONSTRUCT', of('a', text()), of(1, number()))
    return of(random.pick(['', 'x', '1', '0', 'abc', '2001-12-31', 'true', '-', '5', 'F']), text())
  }

  /** A classified value of a family where the scope has one, the value as it is otherwise. */
  private operand(columns: readonly Named[], isFit: (type: Type) => boolean): Named {
    const fitting = columns.filter((column) => column.classified && isFit(column.type))
    return fitting.length === 0 || this.chance(15) ? this.subject(columns) : this.random.pick(fitting)
  }

  make(kind: ExpressionKind, columns: readonly Named[]): Expr {
    const { random } = this
    const subject = this.subject(columns)
    const value = this.column(subject)
    switch (kind) {
      case 'plain':
        return value
      case 'cast':
        return castTo(value, this.target(subject.type), this.chance(12))
      case 'cast twice':
        return castTwice(this, value, subject.type)
      case 'cast of a rare type':
        return castFromRare(this, columns)
      case 'function':
        return this.call(this.function(), columns, (named) => this.column(named))
      case 'nested functions':
        return this.call(this.function(), columns, () =>
          this.make(random.pick(['function', 'cast', 'plain']), columns),
        )
      case 'operator':
        return this.operator(value, columns)
      case 'comparison':
        return this.comparison(value, subject, columns)
      case 'condition':
        return iff(this.comparison(value, subject, columns), lit(number(), 1), lit(number(), 0))
      case 'conditional failure': {
        const when = this.comparison(value, subject, columns)
        const zero = iff(when, lit(number(), 0), lit(number(), 1))
        if (this.chance(50)) return fn('/', lit(number(), 1), zero)
        return iff(when, fn('/', lit(number(), 1), lit(number(), 0)), lit(number(), 1))
      }
      case 'division':
        return fn(
          random.pick(['/', '%', 'MOD', 'DIV0']),
          lit(number(), 1),
          this.chance(50) ? value : fn('LENGTH', value),
        )
      case 'unifying':
        return this.unify(value, subject, columns)
      case 'clear condition': {
        const other = this.clear(columns)
        const when =
          other === undefined ? lit(boolean, true) : fn('=', this.column(other), this.constantFor(other))
        return this.chance(70)
          ? iff(when, value, this.chance(50) ? lit({ family: 'null' }, null) : this.constantFor(subject))
          : iff(when, this.make('cast', columns), null)
      }
      case 'skipped conversion':
        return skippedConversion(this, this.comparison(value, subject, columns), columns)
      case 'presence':
        return fn(random.pick(['IS NULL', 'IS NOT NULL']), value)
      case 'path': {
        const document =
          subject.type.family === 'variant'
            ? value
            : fn(random.pick(['PARSE_JSON', 'TRY_PARSE_JSON', 'TO_VARIANT']), value)
        const found: Expr = { k: 'path', e: document, keys: [random.pick(['a', 'value', 'test'])] }
        return this.chance(50) ? castTo(found, random.pick(castTargets)) : found
      }
      case 'lambda': {
        const list = fn('ARRAY_CONSTRUCT', value, ...(this.chance(50) ? [this.constantFor(subject)] : []))
        const item: Named = { ...subject, rel: null, name: 'X', type: variant }
        const body = this.chance(50)
          ? castTo(col('X'), random.pick(castTargets))
          : fn('=', castTo(col('X'), text()), this.constantFor({ ...item, type: text() }))
        return { k: 'lambda', name: random.pick(['TRANSFORM', 'FILTER']), array: list, parameter: 'X', body }
      }
      case 'document': {
        const key = this.chance(70) ? value : lit(text(), 'k')
        const other = this.chance(60) ? this.constantFor(subject) : lit(text(), 'k')
        const name = random.pick(['OBJECT_CONSTRUCT', 'OBJECT_CONSTRUCT_KEEP_NULL'])
        return fn(name, key, value, castTo(other, text()), lit(number(), 1))
      }
      case 'DATEDIFF': {
        const dated = this.operand(columns, isDated)
        const other = this.chance(50)
          ? fn('CURRENT_DATE')
          : this.chance(60)
            ? this.constant(date)
            : this.column(this.clear(columns, isDated) ?? dated)
        const sides = this.chance(70) ? [this.column(dated), other] : [other, this.column(dated)]
        return fn('DATEDIFF', lit(text(), random.pick(units)), ...sides)
      }
      default:
        throw kind satisfies never
    }
  }

  private function(): string {
    const row = this.chance(20) ? this.random.pick(rareRows) : this.random.pick(rows)
    return this.random.pick(functionsByRow.get(row)!)
  }

  private operator(value: Expr, columns: readonly Named[]): Expr {
    const { random } = this
    const other = this.clear(columns, isNumeric)
    const right =
      this.chance(40) && other
        ? this.column(other)
        : this.constant(random.pick([number(), number(), text(), date]))
    const name = random.pick(['+', '-', '*', '/', '%', '||', 'AND', 'OR', 'NEGATE', 'NOT'])
    if (name === 'NEGATE' || name === 'NOT') return fn(name, value)
    if (name === 'AND' || name === 'OR') {
      const clear = this.clear(columns)
      return fn(
        name,
        clear ? fn('=', this.column(clear), this.constantFor(clear)) : lit(boolean, true),
        value,
      )
    }
    return this.chance(70) ? fn(name, value, right) : fn(name, right, value)
  }

  /** A question about a value. */
  comparison(value: Expr, subject: Named, columns: readonly Named[]): Expr {
    const { random } = this
    const name = random.pick(comparing)
    const peer = columns.find((other) => other.pool === subject.pool && other.rel !== subject.rel)
    const constant = (): Expr => {
      if (this.chance(12)) return this.constant(random.pick([number(), text(), date, boolean]))
      if (peer && this.chance(15)) return this.column(peer)
      return this.constantFor(subject)
    }
    if (name === 'IS NULL' || name === 'IS NOT NULL') return fn(name, value)
    if (name === 'LIKE' && this.chance(20))
      return fn(name, constant(), value, lit(text(), random.pick(['\\', '5', 'a'])))
    if (name === 'LIKE' || name === 'RLIKE')
      return fn(
        name,
        value,
        lit(text(), random.pick(patterns)),
        ...(name === 'LIKE' && this.chance(15) ? [lit(text(), '\\')] : []),
      )
    if (name === 'IN' || name === 'BETWEEN') return fn(name, value, constant(), constant())
    return fn(name, value, constant())
  }

  private unify(value: Expr, subject: Named, columns: readonly Named[]): Expr {
    const { random } = this
    const other = this.chance(50)
      ? this.constantFor(subject)
      : this.chance(50)
        ? this.constant(random.pick([number(), text(), date, variant]))
        : this.column(this.subject(columns))
    const name = random.pick([...unifying, 'CASE'])
    if (name === 'CASE')
      return {
        k: 'case',
        operand: value,
        whens: [{ when: other, result: lit(number(), 1) }],
        otherwise: lit(number(), 0),
      }
    return this.chance(50) ? fn(name, value, other) : fn(name, other, value)
  }

  /** A value that does not fit a parameter as one that does, most of the time, by a function that never fails. */
  private fitting(value: Expr, { family }: Type, parameter: string): Expr {
    if (value.k !== 'col' || family === parameter || this.chance(40)) return value
    if (parameter === 'number' && family === 'text') return fn('LENGTH', value)
    if (parameter === 'dated' && family === 'text') return castTo(value, this.random.pick([date, ntz]), true)
    if (parameter === 'array') return fn('ARRAY_CONSTRUCT', value)
    return parameter === 'text' ? castTo(value, text()) : value
  }

  /** A call with the classified value in one place and something that fits, or does not, in the others. */
  private call(name: string, columns: readonly Named[], operandOf: (named: Named) => Expr): Expr {
    const { random } = this
    const rule = scalarFunctions[name]!
    const count = rule.variadic
      ? Math.max(rule.required, 1) + random.below(3)
      : rule.required + random.below(rule.parameters.length - rule.required + 1)
    const parameterAt = (index: number) =>
      rule.parameters[Math.min(index, rule.parameters.length - 1)] ?? 'any'
    const isFit = (index: number) => (type: Type) => {
      const parameter = parameterAt(index)
      return (
        parameter === 'any' ||
        parameter === type.family ||
        (parameter === 'dated' && isDated(type)) ||
        (parameter === 'number' && isNumeric(type))
      )
    }
    const places = Array.from({ length: count }, (_, index) => index)
    // The parts of a date are constants: a text that is none is refused when the statement is read.
    const open = places.filter(
      (index) => !(index === 0 && /^DATE(DIFF|ADD|_PART|_TRUNC)$/.test(name) && this.chance(95)),
    )
    const chosen = open.length === 0 ? -1 : random.pick(open)
    const args = places.map((index): Expr => {
      if (index === chosen) {
        const named = this.operand(columns, isFit(index))
        return this.fitting(operandOf(named), named.type, parameterAt(index))
      }
      if (/^(DATE(DIFF|ADD|_PART|_TRUNC)|TIME_SLICE)$/.test(name) && parameterAt(index) === 'text')
        return lit(text(), random.pick(units))
      if (name === 'TO_CHAR') return lit(text(), random.pick(formats))
      const parameter = parameterAt(index)
      const type: Type =
        parameter === 'any'
          ? text()
          : parameter === 'dated'
            ? date
            : parameter === 'array'
              ? array
              : { family: parameter as Type['family'] }
      const clear = this.chance(25) ? this.clear(columns, isFit(index)) : undefined
      return clear === undefined ? this.constant(type) : this.column(clear)
    })
    return fn(name, ...args)
  }
}
