import { foldOf } from './aggregate-functions.ts'
import { type Compilation, type Compiled, CompileRefusal, type Frame, type Scope } from './compilation.ts'
import { compileCall } from './compile-call.ts'
import { compileQuery } from './compile-query.ts'
import { compileWindow } from './compile-window.ts'
import type { Expr } from './statement-tree.ts'
import { comparisonType, convertTo, unifyTypes } from './unify-types.ts'
import {
  array,
  boolean,
  compareValues,
  isSemiStructured,
  type Json,
  keyOf,
  nullType,
  type Value,
  Variant,
  variant,
} from './value.ts'
import { memberOf } from './variant-functions.ts'

/** Makes an expression ready to run in the rows of a scope. @throws CompileRefusal where Snowflake would refuse it */
export const compileExpression = (compilation: Compilation, e: Expr, scope: Scope): Compiled => {
  const inner = (part: Expr): Compiled => compileExpression(compilation, part, scope)
  switch (e.k) {
    case 'lit':
      compilation.mark('literal', false)
      return { type: e.type, classified: false, constant: true, run: () => e.value }
    case 'var':
      return inner(e.value)
    case 'col': {
      const column = compileColumn(e.rel, e.name, scope)
      if (column.classified) compilation.mark('touches a class', true)
      return column
    }
    case 'fn':
      if (e.name === 'SYS_CONNECT_BY_PATH') return compilePath(compilation, e.args, scope)
      return compileCall(compilation, e.name, e.args.map(inner))
    case 'cast': {
      const value = inner(e.e)
      if (e.attempt && value.type.family !== 'text') throw new CompileRefusal('TRY_CAST of no text')
      if (e.attempt) compilation.mark('observes a part', value.classified)
      return convertTo(compilation, value, e.to, e.attempt ? 'TRY_CAST' : 'cast', e.attempt)
    }
    case 'case':
      return compileCase(compilation, e, inner)
    case 'agg':
      return compileAggregate(compilation, e, scope)
    case 'win':
      return compileWindow(compilation, e, scope)
    case 'scalar':
      return compileScalarQuery(compilation, e, scope)
    case 'exists': {
      const q = compileQuery(compilation, e.q, scope, scope.common)
      const classified = q.steered || q.columns.some((column) => column.classified)
      compilation.mark('CTE derived EXISTS IN list', classified)
      return {
        type: boolean,
        classified,
        constant: false,
        run: (frame, live) => q.rows(frame, live).length > 0,
      }
    }
    case 'in':
      return compileInQuery(compilation, e, scope)
    case 'path': {
      const value = inner(e.e)
      if (!isSemiStructured(value.type)) throw new CompileRefusal('a path into no document')
      compilation.mark(': GET GET_PATH', value.classified)
      compilation.mark('paths, lambdas, defaults', value.classified)
      return {
        ...value,
        type: variant,
        run: (frame, live) => {
          let at = value.run(frame, live) as Variant | null
          for (const key of e.keys) at = at && memberOf(at.json, key)
          return at
        },
      }
    }
    case 'lambda':
      return compileLambda(compilation, e, scope)
    default:
      throw e satisfies never
  }
}

const compileColumn = (rel: string | null, name: string, scope: Scope): Compiled => {
  let depth = 0
  for (let at: Scope | null = scope; at !== null; at = at.up, depth += 1) {
    const index = at.columns.findIndex(
      (column) => column.name === name && (rel === null || column.rel === rel),
    )
    if (index === -1) continue
    const { type, classified } = at.columns[index]!
    const up = depth
    return {
      type,
      classified,
      constant: false,
      run: (frame) => {
        let found: Frame = frame
        for (let level = 0; level < up; level += 1) found = found.up as Frame
        return found.row[index] as Value
      },
    }
  }
  throw new CompileRefusal(`no column ${rel}.${name}`)
}

const compileCase = (
  compilation: Compilation,
  e: Extract<Expr, { k: 'case' }>,
  inner: (part: Expr) => Compiled,
): Compiled => {
  const operand = e.operand && inner(e.operand)
  const whens = e.whens.map(({ when }) => {
    const condition = inner(when)
    if (operand === null) return convertTo(compilation, condition, boolean, 'condition')
    const type = comparisonType(operand.type, condition.type)
    const [a, b] = [operand, condition].map((side) => convertTo(compilation, side, type, 'CASE x WHEN')) as [
      Compiled,
      Compiled,
    ]
    compilation.mark('observes equality', a.classified || b.classified)
    return {
      ...a,
      classified: a.classified || b.classified,
      run: (frame: Frame, live: boolean) => {
        const [x, y] = [a.run(frame, live), b.run(frame, live)]
        return x === null || y === null ? null : keyOf(x) === keyOf(y)
      },
    }
  })
  const branches = [
    ...e.whens.map(({ result }) => inner(result)),
    ...(e.otherwise ? [inner(e.otherwise)] : []),
  ]
  const type = branches.map((branch) => branch.type).reduce(unifyTypes, nullType)
  const results = branches.map((branch) => convertTo(compilation, branch, type, 'branch'))
  const classified = [...whens, ...results].some((part) => part.classified)
  compilation.mark(
    'conditional',
    whens.some((when) => when.classified),
  )
  compilation.mark('branches of one family', classified)
  return {
    type,
    classified,
    constant: false,
    run: (frame, live) => {
      let isLive = live
      let isFound = false
      let result: Value = null
      whens.forEach((when, index) => {
        const holds = when.run(frame, isLive) === true
        const value = results[index]!.run(frame, isLive && holds)
        if (!holds || isFound) return
        isFound = true
        isLive = false
        result = value
      })
      const rest = results[whens.length]
      const value = rest === undefined ? null : rest.run(frame, isLive)
      return isFound ? result : value
    },
  }
}

const compileAggregate = (
  compilation: Compilation,
  e: Extract<Expr, { k: 'agg' }>,
  scope: Scope,
): Compiled => {
  const given = e.args.map((argument) => compileExpression(compilation, argument, scope))
  if (e.name.startsWith('PERCENTILE') && given.length !== 1)
    throw new CompileRefusal(`${e.name} takes the share of the rows`)
  const within = e.within.map((order) => compileExpression(compilation, order.e, scope))
  if (within.length > 0)
    compilation.mark(
      'observes order',
      within.some((order) => order.classified),
    )
  const sorted = e.name.startsWith('PERCENTILE') ? [...given, ...within] : given
  const fold = foldOf(compilation, e.name, sorted, e.distinct)
  const args = sorted.map((argument, index) => {
    const type = fold.parameters[Math.min(index, fold.parameters.length - 1)]
    return type === undefined
      ? argument
      : convertTo(compilation, argument, type, `argument ${index + 1} of ${e.name}`)
  })
  const classified = args.some((argument) => argument.classified)
  const orders = e.within.map(({ descending }, index) => ({ key: within[index]!, descending }))
  return {
    type: fold.type,
    classified: e.name === 'COUNT' && !e.distinct ? false : classified,
    constant: false,
    run: (frame, live) => {
      if (frame.group === null) throw new CompileRefusal('an aggregate outside of a group')
      const members = orders.length === 0 ? frame.group : sortFrames(frame.group, orders, live)
      return fold.fold(
        members.map((member) => args.map((argument) => argument.run(member, live))),
        live,
      )
    },
  }
}

/** Frames in the order of some keys, NULL last, otherwise in the order they have. */
export const sortFrames = (
  frames: readonly Frame[],
  orders: readonly { readonly key: Compiled; readonly descending: boolean }[],
  live: boolean,
): Frame[] => {
  const keyed = frames.map((frame) => ({ frame, keys: orders.map(({ key }) => key.run(frame, live)) }))
  keyed.sort((a, b) => compareKeys(a.keys, b.keys, orders))
  return keyed.map(({ frame }) => frame)
}

export const compareKeys = (
  a: readonly Value[],
  b: readonly Value[],
  orders: readonly { readonly descending: boolean }[],
): number => {
  for (const [index, { descending }] of orders.entries()) {
    const [x, y] = [a[index] as Value, b[index] as Value]
    if (x === null && y === null) continue
    if (x === null || y === null) return (x === null ? 1 : -1) * (descending ? -1 : 1)
    const order = compareValues(x, y)
    if (order !== 0) return descending ? -order : order
  }
  return 0
}

const compileScalarQuery = (
  compilation: Compilation,
  e: Extract<Expr, { k: 'scalar' }>,
  scope: Scope,
): Compiled => {
  const q = compileQuery(compilation, e.q, scope, scope.common)
  const [column, ...others] = q.columns
  if (column === undefined || others.length > 0) throw new CompileRefusal('a scalar query of several columns')
  const classified = q.steered || column.classified
  compilation.mark('scalar subquery', classified)
  const site = compilation.site('scalar subquery: more than one row')
  return {
    type: column.type,
    classified,
    constant: false,
    run: (frame, live) => {
      const rows = q.rows(frame, live)
      return rows.length > 1 ? compilation.fail(site, live) : (rows[0]?.[0] ?? null)
    },
  }
}

const compileInQuery = (compilation: Compilation, e: Extract<Expr, { k: 'in' }>, scope: Scope): Compiled => {
  const subject = compileExpression(compilation, e.e, scope)
  const q = compileQuery(compilation, e.q, scope, scope.common)
  const [column, ...others] = q.columns
  if (column === undefined || others.length > 0) throw new CompileRefusal('IN a query of several columns')
  const type = comparisonType(subject.type, column.type)
  const value = convertTo(compilation, subject, type, 'side of IN')
  const item = convertTo(compilation, outputOf(column, 0), type, 'side of IN')
  const classified = subject.classified || q.steered || column.classified
  compilation.mark('CTE derived EXISTS IN list', classified)
  compilation.mark('observes equality', classified)
  return {
    type: boolean,
    classified,
    constant: false,
    run: (frame, live) => {
      const wanted = value.run(frame, live)
      const found = q.rows(frame, live).map((row) => item.run(frameOf(row, null), live))
      if (wanted === null) return null
      return found.some((other) => other !== null && keyOf(other) === keyOf(wanted))
    },
  }
}

const compileLambda = (
  compilation: Compilation,
  e: Extract<Expr, { k: 'lambda' }>,
  scope: Scope,
): Compiled => {
  const list = compileExpression(compilation, e.array, scope)
  if (list.type.family !== 'array') throw new CompileRefusal('a lambda over no array')
  const own: Scope = {
    columns: [{ rel: null, name: e.parameter, type: variant, classified: list.classified }],
    up: scope,
    windows: [],
    common: scope.common,
  }
  const body = compileExpression(compilation, e.body, own)
  const result =
    e.name === 'FILTER'
      ? convertTo(compilation, body, boolean, 'FILTER')
      : convertTo(compilation, body, variant, 'TRANSFORM')
  compilation.mark('paths, lambdas, defaults', list.classified || body.classified)
  return {
    type: array,
    classified: list.classified || body.classified,
    constant: false,
    run: (frame, live) => {
      const value = list.run(frame, live) as Variant | null
      if (value === null || !Array.isArray(value.json)) return null
      const items = value.json as readonly Json[]
      const mapped = items.map((json) =>
        result.run({ row: [new Variant(json)], up: frame, group: null, windows: [] }, live),
      )
      if (e.name === 'FILTER') return new Variant(items.filter((_, index) => mapped[index] === true))
      return new Variant(mapped.map((made) => (made instanceof Variant ? made.json : null)))
    },
  }
}

/** The path from the root of a hierarchy: the rows on it are kept in a column that no statement can name. */
const compilePath = (compilation: Compilation, args: readonly Expr[], scope: Scope): Compiled => {
  const [what, by] = args as [Expr, Expr]
  const value = convertTo(
    compilation,
    compileExpression(compilation, what, scope),
    { family: 'text' },
    'SYS_CONNECT_BY_PATH',
  )
  const separator = by.k === 'lit' ? String(by.value) : '/'
  const chain = scope.columns.findIndex(({ name }) => name === '~chain')
  if (chain === -1) throw new CompileRefusal('SYS_CONNECT_BY_PATH without CONNECT BY')
  return {
    ...value,
    run: (frame, live) => {
      const rows = frame.row[chain] as unknown as readonly (readonly Value[])[]
      return rows.map((row) => separator + (value.run({ ...frame, row }, live) ?? '')).join('')
    },
  }
}

/** A column of a finished result as an expression over its rows. */
export const outputOf = (
  column: { readonly type: Compiled['type']; readonly classified: boolean },
  index: number,
): Compiled => ({
  type: column.type,
  classified: column.classified,
  constant: false,
  run: (frame) => frame.row[index] as Value,
})

export const frameOf = (row: readonly Value[], up: Frame | null): Frame => ({
  row,
  up,
  group: null,
  windows: [],
})
