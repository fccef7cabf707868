import {
  type Column,
  type CommonRows,
  type Compilation,
  type Compiled,
  CompileRefusal,
  type Frame,
  type Scope,
} from './compilation.ts'
import { compareKeys, compileExpression, frameOf, outputOf } from './compile-expression.ts'
import { compileSelect } from './compile-select.ts'
import type { Body, CommonTable, Order, Query, Select, SetOperation } from './statement-tree.ts'
import { convertTo, unifyTypes } from './unify-types.ts'
import { keyOf, type Value } from './value.ts'

export type Rows = readonly (readonly Value[])[]

/** A query that is ready to run on any world, inside of a row of an outer one or of none. */
export interface CompiledQuery {
  readonly columns: readonly Column[]
  /** Whether a classified value decides which rows there are. */
  readonly steered: boolean
  rows(up: Frame | null, live: boolean): Rows
}

export const noCommonTables: ReadonlyMap<string, CommonRows> = new Map()

const MOST_ROUNDS = 7

/** @throws CompileRefusal where Snowflake would refuse it */
export const compileQuery = (
  compilation: Compilation,
  q: Query,
  up: Scope | null,
  outer: ReadonlyMap<string, CommonRows>,
): CompiledQuery => {
  const common = new Map(outer)
  const own: CommonRows[] = []
  for (const table of q.with) {
    const rows = table.recursive
      ? compileRecursive(compilation, table, common)
      : compileCommon(compilation, table, common)
    common.set(table.name, rows)
    own.push(rows)
  }
  const body =
    q.body.k === 'select'
      ? compileSelect(compilation, q.body, up, common, hiddenKeys(q.body, q.order))
      : { ...compileSet(compilation, q.body, up, common), hidden: 0 }
  const visible = body.columns.slice(0, body.columns.length - body.hidden)
  const orders = q.order.map((order) => ({
    key: compileOrder(compilation, order, q.body, body.columns, visible.length, q.order),
    descending: order.descending,
  }))
  if (orders.length > 0)
    compilation.mark(
      'observes order',
      orders.some(({ key }) => key.classified),
    )
  return {
    columns: visible,
    steered: body.steered || (q.limit !== null && orders.some(({ key }) => key.classified)),
    rows: (frame, live) => {
      // Unread ones too: nothing says that Snowflake leaves them out.
      for (const rows of own) rows.rows()
      let rows = body.rows(frame, live)
      if (orders.length > 0) {
        const keyed = rows.map((row) => ({
          row,
          keys: orders.map(({ key }) => key.run(frameOf(row, frame), live)),
        }))
        keyed.sort((a, b) => compareKeys(a.keys, b.keys, orders))
        rows = keyed.map(({ row }) => row)
      }
      if (q.limit !== null) rows = rows.slice(q.offset ?? 0, (q.offset ?? 0) + q.limit)
      return body.hidden === 0 ? rows : rows.map((row) => row.slice(0, visible.length))
    },
  }
}

const isOutput = (body: Body, { e }: Order): boolean =>
  e.k === 'col' && e.rel === null && (body.k !== 'select' || body.items.some(({ as }) => as === e.name))

/** Orders by something that is no output: it is carried along behind the outputs. */
const hiddenKeys = (body: Select, orders: readonly Order[]) =>
  orders.filter((order) => !isOutput(body, order)).map(({ e }, index) => ({ e, as: `~${index}` }))

const compileOrder = (
  compilation: Compilation,
  order: Order,
  body: Body,
  columns: readonly Column[],
  visible: number,
  orders: readonly Order[],
): Compiled => {
  if (isOutput(body, order) && order.e.k === 'col') {
    const { name } = order.e
    const index = columns.findIndex((column) => column.name === name)
    if (index === -1) throw new CompileRefusal(`no output ${name}`)
    return outputOf(columns[index]!, index)
  }
  if (body.k !== 'select') {
    const scope: Scope = { columns, up: null, windows: [], common: noCommonTables }
    return compileExpression(compilation, order.e, scope)
  }
  const hidden = orders.filter((other) => !isOutput(body, other)).indexOf(order)
  return outputOf(columns[visible + hidden]!, visible + hidden)
}

const renamed = (columns: readonly Column[], names: readonly string[]): Column[] =>
  columns.map((column, index) => ({ ...column, rel: null, name: names[index] ?? column.name }))

/** Runs once for each run of the statement, however often it is read. */
const once = (compilation: Compilation, make: () => Rows): (() => Rows) => {
  let generation = -1
  let kept: Rows = []
  return () => {
    if (generation !== compilation.generation) {
      generation = compilation.generation
      kept = make()
    }
    return kept
  }
}

const compileCommon = (
  compilation: Compilation,
  table: CommonTable,
  common: ReadonlyMap<string, CommonRows>,
): CommonRows => {
  const q = compileQuery(compilation, table.q, null, common)
  compilation.mark(
    'CTE derived EXISTS IN list',
    q.columns.some(({ classified }) => classified),
  )
  return { columns: renamed(q.columns, table.columns), rows: once(compilation, () => q.rows(null, true)) }
}

const compileRecursive = (
  compilation: Compilation,
  { name, columns: names, q }: CommonTable,
  common: ReadonlyMap<string, CommonRows>,
): CommonRows => {
  const { body } = q
  if (body.k !== 'set' || body.op !== 'union all') throw new CompileRefusal('a recursion is a UNION ALL')
  const anchor = compileQuery(compilation, { ...q, body: body.left }, null, common)
  let working: Rows = []
  let columns = renamed(anchor.columns, names)
  // What is classified may become so in a later round only.
  for (let round = 0; round < 3; round += 1) {
    const trial = compileQuery(
      compilation,
      { ...q, body: body.right },
      null,
      new Map([...common, [name, { columns, rows: () => working }]]),
    )
    columns = columns.map((column, index) => ({
      ...column,
      classified: column.classified || (trial.columns[index]?.classified ?? false),
    }))
  }
  const arm = compileQuery(
    compilation,
    { ...q, body: body.right },
    null,
    new Map([...common, [name, { columns, rows: () => working }]]),
  )
  if (arm.columns.length !== columns.length) throw new CompileRefusal('arms of different width')
  const converted = arm.columns.map((column, index) =>
    convertTo(compilation, outputOf(column, index), columns[index]!.type, 'recursive arm'),
  )
  compilation.mark(
    'set operation VALUES recursion',
    columns.some(({ classified }) => classified),
  )
  const site = compilation.site('recursion does not end')
  return {
    columns,
    rows: once(compilation, () => {
      const all: (readonly Value[])[] = [...anchor.rows(null, true)]
      working = all.slice()
      for (let round = 0; working.length > 0; round += 1) {
        if (round === MOST_ROUNDS) {
          compilation.fail(site, true)
          break
        }
        const next = arm
          .rows(null, true)
          .map((row) => converted.map((value) => value.run(frameOf(row, null), true)))
        compilation.step(next.length)
        all.push(...next)
        working = next
      }
      return all
    }),
  }
}

const compileSet = (
  compilation: Compilation,
  { op, left, right }: SetOperation,
  up: Scope | null,
  common: ReadonlyMap<string, CommonRows>,
): Omit<CompiledQuery, 'hidden'> => {
  const compileArm = (body: Body) =>
    compileQuery(compilation, { with: [], body, order: [], limit: null }, up, common)
  const [a, b] = [compileArm(left), compileArm(right)]
  if (a.columns.length !== b.columns.length) throw new CompileRefusal('arms of different width')
  const types = a.columns.map((column, index) => unifyTypes(column.type, b.columns[index]!.type))
  const convert = (arm: CompiledQuery) =>
    arm.columns.map((column, index) =>
      convertTo(compilation, outputOf(column, index), types[index]!, 'arm of a set operation'),
    )
  const [fromA, fromB] = [convert(a), convert(b)]
  const columns = a.columns.map((column, index) => ({
    ...column,
    rel: null,
    type: types[index]!,
    classified: column.classified || b.columns[index]!.classified,
  }))
  const classified = columns.some((column) => column.classified)
  compilation.mark('set operation VALUES recursion', classified)
  if (op !== 'union all') compilation.mark('observes equality', classified)
  return {
    columns,
    steered: a.steered || b.steered || (op !== 'union all' && classified),
    rows: (frame, live) => {
      const run = (arm: CompiledQuery, values: readonly Compiled[]) =>
        arm.rows(frame, live).map((row) => values.map((value) => value.run(frameOf(row, frame), live)))
      return combine(op, run(a, fromA), run(b, fromB))
    },
  }
}

const combine = (op: SetOperation['op'], left: Rows, right: Rows): Rows => {
  if (op === 'union all') return [...left, ...right]
  const key = (row: readonly Value[]) => row.map(keyOf).join(' ')
  const others = new Set(right.map(key))
  const seen = new Set<string>()
  return (op === 'union' ? [...left, ...right] : left).filter((row) => {
    const own = key(row)
    if (seen.has(own)) return false
    seen.add(own)
    return op === 'union' || others.has(own) === (op === 'intersect')
  })
}
