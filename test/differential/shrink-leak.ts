import type { Column, World } from './compilation.ts'
import { textOf } from './convert-value.ts'
import type { Leak } from './leak-search.ts'
import { lit, plainSettings, type Statement } from './statement-tree.ts'
import { keyOf, nullType, number, type Value } from './value.ts'
import type { WorldPair } from './world-pairs.ts'

type Node = { readonly [key: string]: unknown }

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

const expressions = new Set('lit var col fn cast case agg win scalar exists in path lambda'.split(' '))
const isExpression = (value: unknown): boolean => isNode(value) && expressions.has(String(value.k))

/** Members that a statement can do without. */
const optional = new Set('where having qualify connectBy limit otherwise operand on'.split(' '))
const lists = new Set(
  'with group order partition within items args rows whens columns values inserts changes sets inserted'.split(
    ' ',
  ),
)

/** Every statement that is one step simpler. */
function* simpler(node: unknown, key: string): Generator<unknown> {
  if (Array.isArray(node)) {
    if (lists.has(key))
      for (let at = 0; at < node.length; at += 1) yield node.filter((_, index) => index !== at)
    for (const [at, member] of node.entries())
      for (const variant of simpler(member, ''))
        yield node.map((other: unknown, index) => (index === at ? variant : other))
    return
  }
  if (!isNode(node)) return
  if (isExpression(node)) {
    if (node.k !== 'lit') {
      yield lit(nullType, null)
      yield lit(number(), 1)
    }
    for (const member of Object.values(node).flat(1)) {
      if (isExpression(member)) yield member
      else if (isNode(member)) for (const inner of Object.values(member)) if (isExpression(inner)) yield inner
    }
  } else if (node.k === 'join' || node.k === 'set') {
    yield node.left
    yield node.right
  }
  if (node.distinct === true) yield { ...node, distinct: false }
  for (const [name, member] of Object.entries(node)) {
    if (optional.has(name) && member !== null) yield { ...node, [name]: null }
    for (const variant of simpler(member, name)) yield { ...node, [name]: variant }
  }
}

const MOST_TRIES = 1500

/**
 * The simplest statement that is found by leaving parts out while `holds`, then the fewest rows and differences.
 *
 * @param tries whether a statement is still allowed and still answers differently on the pair
 */
export const shrinkLeak = (
  leak: Leak,
  tries: (statement: Statement, pair: WorldPair) => boolean,
  isRenamed: (table: string, column: number) => boolean,
): Leak => {
  let left = MOST_TRIES
  const attempt = (statement: Statement, pair: WorldPair): boolean => {
    left -= 1
    return left > 0 && tries(statement, pair)
  }
  let { statement, pair } = leak
  if (attempt({ ...statement, settings: plainSettings }, pair))
    statement = { ...statement, settings: plainSettings }
  for (let isSimpler = true; isSimpler && left > 0; ) {
    isSimpler = false
    for (const q of simpler(statement.q, '')) {
      if (left <= 0) break
      if (!attempt({ ...statement, q: q as Statement['q'] }, pair)) continue
      statement = { ...statement, q: q as Statement['q'] }
      isSimpler = true
      break
    }
  }
  left = MOST_TRIES
  pair = fewerRows(pair, (other) => attempt(statement, other), isRenamed)
  return { ...leak, statement, pair }
}

const without = (world: World, table: string, at: number): World =>
  new Map(world).set(
    table,
    (world.get(table) ?? []).filter((_, index) => index !== at),
  )

const fewerRows = (
  pair: WorldPair,
  holds: (pair: WorldPair) => boolean,
  isRenamed: (table: string, column: number) => boolean,
): WorldPair => {
  let found = pair
  for (const table of pair.left.keys())
    for (let at = (pair.left.get(table)?.length ?? 0) - 1; at >= 0; at -= 1) {
      const other = { ...found, left: without(found.left, table, at), right: without(found.right, table, at) }
      if (holds(other)) found = other
    }
  for (const [table, rows] of found.left)
    for (const [at, row] of rows.entries())
      for (const index of row.keys()) {
        const other = found.right.get(table)?.[at]?.[index] as Value
        // What is renamed is so in every cell.
        if (isRenamed(table, index) || keyOf(other) === keyOf(row[index] as Value)) continue
        const equal = { ...found, right: setCell(found.right, table, at, index, row[index] as Value) }
        if (holds(equal)) found = equal
      }
  return found
}

const setCell = (world: World, table: string, at: number, index: number, value: Value): World =>
  new Map(world).set(
    table,
    (world.get(table) ?? []).map((row, here) =>
      here === at ? row.map((old, place) => (place === index ? value : old)) : row,
    ),
  )

/** The cells that differ in the columns that a statement names, as a person reads them. */
export const printDifferences = (
  { left, right }: WorldPair,
  columnsOf: (table: string) => readonly Column[],
  sql: string,
): string => {
  const words = new Set(sql.split(/\W+/))
  const show = (value: Value, { type }: Column) => textOf(value, type, plainSettings) ?? 'NULL'
  return [...left]
    .flatMap(([table, rows]) =>
      rows.flatMap((row, at) =>
        columnsOf(table).flatMap((column, index) => {
          const [one, other] = [row[index] as Value, right.get(table)?.[at]?.[index] as Value]
          if (keyOf(one) === keyOf(other) || !words.has(column.name.toLowerCase())) return []
          return [
            `${table}.${column.name} of row ${at + 1} is ${show(one, column)} or ${show(other, column)}`,
          ]
        }),
      ),
    )
    .join(', ')
}
