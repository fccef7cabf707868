import type { ExpressionGrammar, Named } from './expression-grammar.ts'
import { castTo, type Expr, fn, iff, lit } from './statement-tree.ts'
import {
  binary,
  boolean,
  date,
  float,
  isDated,
  isNumeric,
  ltz,
  ntz,
  number,
  type Type,
  text,
  time,
  variant,
} from './value.ts'

/** Types that values are converted into. */
export const castTargets: readonly Type[] = [
  text(),
  text(4),
  text(5),
  text(11),
  number(),
  number(4, 0),
  number(8, 0),
  number(10, 2),
  number(10, 0),
  number(38, 10),
  float,
  boolean,
  date,
  ntz,
  ltz,
  time,
  binary,
  variant,
]

/** Two or three conversions in a row, mostly back to a text or to what it was: a mask may be taken to fit again. */
export const castTwice = (grammar: ExpressionGrammar, value: Expr, type: Type): Expr => {
  const { random } = grammar
  const numeric = [number(), number(), ntz, float, date]
  const once = castTo(value, random.pick(grammar.chance(60) ? numeric : castTargets))
  const odd = [
    castTo(once, binary),
    castTo(value, ltz),
    castTo(castTo(value, float), boolean),
    castTo(value, time),
  ]
  if (grammar.chance(20)) return castTo(random.pick(odd), random.pick([text(), text(30), variant, date]))
  const again = grammar.chance(30)
    ? castTo(once, random.pick(grammar.chance(60) ? numeric : castTargets))
    : once
  return castTo(
    again,
    grammar.chance(70) ? random.pick([text(), text(), type, date]) : random.pick(castTargets),
  )
}

/** Out of a type that no column has. Into it by a way that never fails, or of a column of no class. */
export const castFromRare = (grammar: ExpressionGrammar, columns: readonly Named[]): Expr => {
  const { random } = grammar
  const [rare, isFit]: readonly [Type, (type: Type) => boolean] = random.pick([
    [float, isNumeric],
    [ltz, isDated],
    [time, ({ family }: Type) => family === 'ntz'],
    [binary, ({ family }: Type) => family === 'text'],
  ] as const)
  const fitting = columns.filter(({ type }) => isFit(type))
  const texts = columns.filter(({ classified, type }) => classified && type.family === 'text')
  const from =
    grammar.chance(50) && texts.length > 0
      ? random.pick(texts)
      : random.pick(fitting.length > 0 ? fitting : columns)
  const value = castTo(grammar.column(from), rare, from.type.family === 'text')
  return castTo(
    value,
    random.pick([text(), text(), variant, grammar.chance(50) ? text(30) : random.pick(castTargets)]),
  )
}

/** A conversion of something of no class that a classified condition may leave out. */
export const skippedConversion = (
  grammar: ExpressionGrammar,
  when: Expr,
  columns: readonly Named[],
): Expr => {
  const { random } = grammar
  const clear = grammar.clear(columns, ({ family }) => family === 'text')
  const word = clear && grammar.chance(70) ? grammar.column(clear) : grammar.constant(text())
  const other = grammar.constant(random.pick([number(), date, boolean]))
  const name = random.pick(['IFF', 'IFF', 'AND', 'OR', 'COALESCE'])
  if (name === 'IFF') return grammar.chance(50) ? iff(when, word, other) : iff(when, other, word)
  if (name === 'COALESCE') return fn(name, iff(when, other, lit({ family: 'null' }, null)), word)
  return fn(name, when, word)
}
