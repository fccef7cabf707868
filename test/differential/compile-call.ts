import { type Compilation, type Compiled, CompileRefusal, type Frame } from './compilation.ts'
import { dateFunctions } from './date-functions.ts'
import { greatestOf, leastOf, numberFunctions } from './number-functions.ts'
import type { Parameter, ScalarFunction } from './scalar-function.ts'
import { textFunctions } from './text-functions.ts'
import { comparisonType, convertTo, unifyTypes } from './unify-types.ts'
import {
  boolean,
  compareValues,
  DAY_MS,
  Day,
  float,
  isDated,
  isNumeric,
  keyOf,
  type Moment,
  ntz,
  nullType,
  number,
  type Type,
  type Value,
} from './value.ts'
import { variantFunctions } from './variant-functions.ts'

/** Every function that takes its arguments one row at a time, by name. */
export const scalarFunctions: Readonly<Record<string, ScalarFunction>> = {
  ...textFunctions,
  ...numberFunctions,
  ...dateFunctions,
  ...variantFunctions,
}

const parameterType = (parameter: Parameter, given: Type): Type => {
  if (parameter === 'any') return given
  if (parameter === 'dated') return isDated(given) ? given : given.family === 'time' ? given : ntz
  if (parameter === 'number') {
    if (given.family === 'number' || given.family === 'float') return given
    return number(18, 5)
  }
  return given.family === parameter ? given : { family: parameter }
}

const any = (parts: readonly Compiled[]): boolean => parts.some(({ classified }) => classified)
const all = (parts: readonly Compiled[]): boolean => parts.every(({ constant }) => constant)

const compileScalar = (
  compilation: Compilation,
  name: string,
  rule: ScalarFunction,
  given: readonly Compiled[],
): Compiled => {
  const most = rule.variadic ? Number.POSITIVE_INFINITY : rule.parameters.length
  if (given.length < rule.required || given.length > most) throw new CompileRefusal(`arguments of ${name}`)
  const args = given.map((argument, index) => {
    const parameter = rule.parameters[Math.min(index, rule.parameters.length - 1)] as Parameter
    return convertTo(
      compilation,
      argument,
      parameterType(parameter, argument.type),
      `argument ${index + 1} of ${name}`,
    )
  })
  compilation.mark(rule.construct, any(args))
  const types = args.map(({ type }) => type)
  const context = { settings: compilation.settings, types }
  const site = rule.fails ? compilation.site(name) : -1
  return {
    type: typeof rule.result === 'function' ? rule.result(types) : rule.result,
    classified: any(args),
    constant: all(args),
    run: (frame, live) => {
      const values = args.map((argument) => argument.run(frame, live))
      if (rule.strict && values.includes(null)) return null
      return rule.apply(values, () => (site === -1 ? null : compilation.fail(site, live)), context)
    },
  }
}

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

const compileComparison = (
  compilation: Compilation,
  name: string,
  [left, right]: readonly Compiled[],
): Compiled => {
  if (left === undefined || right === undefined) throw new CompileRefusal(name)
  const type = comparisonType(left.type, right.type)
  const [a, b] = [left, right].map((side) => convertTo(compilation, side, type, `side of ${name}`)) as [
    Compiled,
    Compiled,
  ]
  const holds = comparisons[name] as (order: number) => boolean
  const classified = a.classified || b.classified
  compilation.mark(name === '=' || name === '<>' ? 'observes equality' : 'observes order', classified)
  compilation.mark('comparison', classified)
  return {
    type: boolean,
    classified,
    constant: a.constant && b.constant,
    run: (frame, live) => {
      const [x, y] = [a.run(frame, live), b.run(frame, live)]
      return x === null || y === null ? null : holds(compareValues(x, y))
    },
  }
}

const compileLogic = (compilation: Compilation, name: 'AND' | 'OR', given: readonly Compiled[]): Compiled => {
  const args = given.map((argument) => convertTo(compilation, argument, boolean, `side of ${name}`))
  const decisive = name === 'OR'
  compilation.mark('AND OR NOT', any(args))
  compilation.mark('conditional', any(args))
  return {
    type: boolean,
    classified: any(args),
    constant: all(args),
    run: (frame, live) => {
      let [result, isLive]: [boolean | null, boolean] = [!decisive, live]
      for (const argument of args) {
        const value = argument.run(frame, isLive)
        if (value === decisive) [result, isLive] = [decisive, false]
        else if (value === null && result !== decisive) result = null
      }
      return result
    },
  }
}

/** Arguments of one type, of which later ones are come to only while the earlier are NULL. */
const compileCoalesce = (compilation: Compilation, name: string, given: readonly Compiled[]): Compiled => {
  const type = given.map((argument) => argument.type).reduce(unifyTypes, nullType)
  const args = given.map((argument, index) =>
    convertTo(compilation, argument, type, `argument ${index + 1} of ${name}`),
  )
  compilation.mark('branches of one family', any(args))
  compilation.mark('conditional', any(args))
  return {
    type,
    classified: any(args),
    constant: all(args),
    run: (frame, live) => {
      let [result, isLive]: [Value, boolean] = [null, live]
      for (const argument of args) {
        const value = argument.run(frame, isLive)
        if (isLive || result === null) result = result ?? value
        if (result !== null) isLive = false
      }
      return result
    },
  }
}

const compileExtreme = (compilation: Compilation, name: string, given: readonly Compiled[]): Compiled => {
  const type = given.map((argument) => argument.type).reduce(unifyTypes, nullType)
  const args = given.map((argument, index) =>
    convertTo(compilation, argument, type, `argument ${index + 1} of ${name}`),
  )
  compilation.mark('observes order', any(args))
  const choose = name === 'GREATEST' ? greatestOf : leastOf
  return {
    type,
    classified: any(args),
    constant: all(args),
    run: (frame, live) => choose(args.map((argument) => argument.run(frame, live))),
  }
}

const compileIn = (compilation: Compilation, [subject, ...items]: readonly Compiled[]): Compiled => {
  if (subject === undefined || items.length === 0) throw new CompileRefusal('IN')
  const type = items.map((item) => item.type).reduce(comparisonType, subject.type)
  const [value, ...list] = [subject, ...items].map((item) =>
    convertTo(compilation, item, type, 'item of IN'),
  ) as [Compiled, ...Compiled[]]
  compilation.mark('observes equality', any([value, ...list]))
  return {
    type: boolean,
    classified: any([value, ...list]),
    constant: false,
    run: (frame, live) => {
      const wanted = value.run(frame, live)
      const found = list.map((item) => item.run(frame, live))
      if (wanted === null) return null
      if (found.some((item) => item !== null && keyOf(item) === keyOf(wanted))) return true
      return found.includes(null) ? null : false
    },
  }
}

const withNulls = (compilation: Compilation, name: string, [left, right]: readonly Compiled[]): Compiled => {
  if (left === undefined || right === undefined) throw new CompileRefusal(name)
  const type = comparisonType(left.type, right.type)
  const [a, b] = [left, right].map((side) => convertTo(compilation, side, type, `side of ${name}`)) as [
    Compiled,
    Compiled,
  ]
  compilation.mark('observes equality', a.classified || b.classified)
  const isNullIf = name === 'NULLIF'
  return {
    type: isNullIf ? left.type : boolean,
    classified: a.classified || b.classified,
    constant: a.constant && b.constant,
    run: (frame, live) => {
      const [x, y] = [a.run(frame, live), b.run(frame, live)]
      const same = keyOf(x) === keyOf(y)
      if (!isNullIf) return same
      return same && x !== null ? null : left.run(frame, live)
    },
  }
}

const dayNumber = (value: Value): number =>
  value instanceof Day ? value.days : Math.floor((value as Moment).ms / DAY_MS)

/** `+` and `-` over numbers, and over dates with numbers. */
const compileSum = (
  compilation: Compilation,
  name: '+' | '-',
  [left, right]: readonly Compiled[],
): Compiled => {
  if (left === undefined || right === undefined) throw new CompileRefusal(name)
  const sign = name === '+' ? 1 : -1
  const classified = left.classified || right.classified
  const constant = left.constant && right.constant
  compilation.mark('+ - *', classified)
  if (isDated(left.type) && isDated(right.type)) {
    if (name === '+') throw new CompileRefusal('date + date')
    return {
      type: number(),
      classified,
      constant,
      run: (frame, live) => {
        const [x, y] = [left.run(frame, live), right.run(frame, live)]
        return x === null || y === null ? null : dayNumber(x) - dayNumber(y)
      },
    }
  }
  if (left.type.family === 'date') {
    const days = convertTo(compilation, right, number(18, 5), `side of ${name}`)
    return {
      type: left.type,
      classified,
      constant,
      run: (frame, live) => {
        const [x, y] = [left.run(frame, live), days.run(frame, live)]
        return x === null || y === null ? null : new Day(dayNumber(x) + sign * Math.round(y as number))
      },
    }
  }
  const [a, b] = [left, right].map((side) =>
    convertTo(compilation, side, isNumeric(side.type) ? side.type : number(18, 5), `side of ${name}`),
  ) as [Compiled, Compiled]
  const site = compilation.site(name)
  return {
    type:
      a.type.family === 'float' || b.type.family === 'float'
        ? float
        : unifyTypes(unifyTypes(a.type, b.type), number()),
    classified,
    constant,
    run: (frame, live) => {
      const [x, y] = [a.run(frame, live), b.run(frame, live)]
      if (x === null || y === null) return null
      const sum = (x as number) + sign * (y as number)
      return Math.abs(sum) >= 1e38 ? compilation.fail(site, live) : sum
    },
  }
}

const presence = (compilation: Compilation, name: string, [subject]: readonly Compiled[]): Compiled => {
  if (subject === undefined) throw new CompileRefusal(name)
  const wanted = name === 'IS NULL'
  compilation.mark('observes presence', subject.classified)
  return {
    ...subject,
    type: boolean,
    run: (frame: Frame, live) => (subject.run(frame, live) === null) === wanted,
  }
}

/** A call of a function or an operator over arguments that are compiled. @throws CompileRefusal */
export const compileCall = (compilation: Compilation, name: string, args: readonly Compiled[]): Compiled => {
  if (name in comparisons) return compileComparison(compilation, name, args)
  switch (name) {
    case 'AND':
    case 'OR':
      return compileLogic(compilation, name, args)
    case 'NOT': {
      const [subject] = args
      if (subject === undefined) throw new CompileRefusal(name)
      const inner = convertTo(compilation, subject, boolean, 'NOT')
      compilation.mark('AND OR NOT', inner.classified)
      return {
        ...inner,
        run: (frame, live) => {
          const value = inner.run(frame, live)
          return value === null ? null : value !== true
        },
      }
    }
    case 'COALESCE':
    case 'NVL':
    case 'IFNULL':
      return compileCoalesce(compilation, name, args)
    case 'GREATEST':
    case 'LEAST':
      return compileExtreme(compilation, name, args)
    case 'BETWEEN': {
      const [subject, low, high] = args as [Compiled, Compiled, Compiled]
      const least = compileComparison(compilation, '>=', [subject, low])
      const most = compileComparison(compilation, '<=', [subject, high])
      return {
        type: boolean,
        classified: any([least, most]),
        constant: all([least, most]),
        run: (frame, live) => {
          const [above, below] = [least.run(frame, live), most.run(frame, live)]
          if (above === false || below === false) return false
          return above === null || below === null ? null : true
        },
      }
    }
    case 'IN':
      return compileIn(compilation, args)
    case 'NULLIF':
    case 'EQUAL_NULL':
      return withNulls(compilation, name, args)
    case '+':
    case '-':
      return compileSum(compilation, name, args)
    case 'IS NULL':
    case 'IS NOT NULL':
      return presence(compilation, name, args)
  }
  const rule = scalarFunctions[name]
  if (rule === undefined) throw new CompileRefusal(`no function ${name}`)
  if (name === 'LIKE' || name === 'ILIKE' || name.startsWith('R'))
    if (rule.construct === 'LIKE REGEXP') compilation.mark('observes a part', any(args))
  return compileScalar(compilation, name, rule, args)
}
