import { textOf } from './convert-value.ts'
import {
  type Body,
  type Expr,
  type Order,
  plainSettings,
  type Query,
  type Rel,
  type Select,
} from './statement-tree.ts'
import { type Type, type Value, Variant } from './value.ts'

const quote = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

const typeNames: Readonly<Record<Type['family'], string>> = {
  null: 'varchar',
  number: 'number',
  float: 'float',
  text: 'varchar',
  boolean: 'boolean',
  date: 'date',
  ntz: 'timestamp_ntz',
  ltz: 'timestamp_ltz',
  time: 'time',
  binary: 'binary',
  variant: 'variant',
  array: 'array',
  object: 'object',
}

const printType = ({ family, size, scale }: Type): string =>
  family === 'number'
    ? `number(${size ?? 38}, ${scale ?? 0})`
    : typeNames[family] + (family === 'text' && size !== undefined ? `(${size})` : '')

const printLiteral = (type: Type, value: Value): string => {
  if (value === null) return 'null'
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number') return value < 0 ? `(${value})` : String(value)
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Variant) return `parse_json(${quote(JSON.stringify(value.json))})`
  return `${quote(textOf(value, type, plainSettings) ?? '')}::${typeNames[type.family]}`
}

const infix = new Set('+ - * / % || = <> < <= > >= AND OR LIKE ILIKE RLIKE'.split(' '))

const list = (parts: readonly Expr[]): string => parts.map(printExpression).join(', ')

const printOrder = (orders: readonly Order[]): string =>
  orders.map(({ e, descending }) => printExpression(e) + (descending ? ' desc' : '')).join(', ')

const printCall = (name: string, args: readonly Expr[]): string => {
  const [first, second, third] = args
  if (infix.has(name) && first && second) {
    const escaped = third ? ` escape ${printExpression(third)}` : ''
    return `(${printExpression(first)} ${name.toLowerCase()} ${printExpression(second)}${escaped})`
  }
  if (name === 'NOT') return `(not ${list(args)})`
  if (name === 'NEGATE') return `(- ${list(args)})`
  if (name === 'IS NULL' || name === 'IS NOT NULL') return `(${list(args)} ${name.toLowerCase()})`
  if (name === 'BETWEEN' && first && second && third)
    return `(${printExpression(first)} between ${printExpression(second)} and ${printExpression(third)})`
  if (name === 'IN' && first) return `(${printExpression(first)} in (${list(args.slice(1))}))`
  return `${name.toLowerCase()}(${list(args)})`
}

export const printExpression = (e: Expr): string => {
  switch (e.k) {
    case 'lit':
      return printLiteral(e.type, e.value)
    case 'var':
      return `$${e.name.toLowerCase()}`
    case 'col':
      if (e.rel === 'PRIOR') return `prior ${e.name.toLowerCase()}`
      return (e.rel === null ? '' : `${e.rel.toLowerCase()}.`) + e.name.toLowerCase()
    case 'fn':
      return printCall(e.name, e.args)
    case 'cast':
      return e.attempt
        ? `try_cast(${printExpression(e.e)} as ${printType(e.to)})`
        : `cast(${printExpression(e.e)} as ${printType(e.to)})`
    case 'case': {
      const [only] = e.whens
      if (e.operand === null && e.whens.length === 1 && only && e.otherwise)
        return `iff(${list([only.when, only.result, e.otherwise])})`
      const whens = e.whens
        .map(({ when, result }) => `when ${printExpression(when)} then ${printExpression(result)}`)
        .join(' ')
      return `case ${e.operand ? `${printExpression(e.operand)} ` : ''}${whens}${e.otherwise ? ` else ${printExpression(e.otherwise)}` : ''} end`
    }
    case 'agg': {
      const call =
        e.name === 'COUNT' && e.args.length === 0
          ? 'count(*)'
          : `${e.name.toLowerCase()}(${e.distinct ? 'distinct ' : ''}${list(e.args)})`
      return e.within.length === 0 ? call : `${call} within group (order by ${printOrder(e.within)})`
    }
    case 'win': {
      const parts = [
        ...(e.partition.length > 0 ? [`partition by ${list(e.partition)}`] : []),
        ...(e.order.length > 0 ? [`order by ${printOrder(e.order)}`] : []),
      ]
      const call =
        e.name === 'COUNT' && e.args.length === 0 ? 'count(*)' : `${e.name.toLowerCase()}(${list(e.args)})`
      return `${call} over (${parts.join(' ')})`
    }
    case 'scalar':
      return `(${printQuery(e.q)})`
    case 'exists':
      return `(exists (${printQuery(e.q)}))`
    case 'in':
      return `(${printExpression(e.e)} in (${printQuery(e.q)}))`
    case 'path': {
      const inner = printExpression(e.e)
      return `${e.e.k === 'col' ? inner : `(${inner})`}:${e.keys.join('.')}`
    }
    case 'lambda':
      return `${e.name.toLowerCase()}(${printExpression(e.array)}, ${e.parameter.toLowerCase()} -> ${printExpression(e.body)})`
    default:
      throw e satisfies never
  }
}

export const printRel = (rel: Rel): string => {
  switch (rel.k) {
    case 'table':
      return rel.name === rel.as
        ? rel.name.toLowerCase()
        : `${rel.name.toLowerCase()} ${rel.as.toLowerCase()}`
    case 'derived':
      return `${rel.lateral ? 'lateral ' : ''}(${printQuery(rel.q)}) ${rel.as.toLowerCase()}`
    case 'flatten':
      return `lateral flatten(input => ${printExpression(rel.e)}) ${rel.as.toLowerCase()}`
    case 'split':
      return `lateral split_to_table(${list([rel.e, rel.by])}) ${rel.as.toLowerCase()}`
    case 'generator':
      return `table(generator(rowcount => ${rel.rows})) ${rel.as.toLowerCase()}`
    case 'values':
      return `(values ${rel.rows.map((row) => `(${list(row)})`).join(', ')}) as ${rel.as.toLowerCase()} (${rel.columns.join(', ').toLowerCase()})`
    case 'join': {
      if (rel.kind === 'comma') return `${printRel(rel.left)}, ${printRel(rel.right)}`
      const on =
        rel.using !== null
          ? ` using (${rel.using.toLowerCase()})`
          : rel.on !== null
            ? ` on ${printExpression(rel.on)}`
            : ''
      return `${printRel(rel.left)} ${rel.kind} ${printRel(rel.right)}${on}`
    }
    case 'pivot': {
      const kept = outputNames(rel.q.body).filter((name) => name !== rel.column && name !== rel.of)
      const names = [...kept, ...rel.values.map((_, index) => `P${index + 1}`)].join(', ').toLowerCase()
      const otherwise = rel.otherwise === null ? '' : ` default on null (${printExpression(rel.otherwise)})`
      return `(${printQuery(rel.q)}) pivot(${rel.aggregate.toLowerCase()}(${rel.column.toLowerCase()}) for ${rel.of.toLowerCase()} in (${list(rel.values)})${otherwise}) as ${rel.as.toLowerCase()} (${names})`
    }
    case 'unpivot':
      return `(${printQuery(rel.q)}) unpivot(${rel.value.toLowerCase()} for ${rel.name.toLowerCase()} in (${rel.columns.join(', ').toLowerCase()})) ${rel.as.toLowerCase()}`
    default:
      throw rel satisfies never
  }
}

/** The names of a query's outputs, in order. */
export const outputNames = (body: Body): readonly string[] =>
  body.k === 'select' ? body.items.map(({ as }) => as) : outputNames(body.left)

/** The parser does not know PRIOR inside of brackets. */
const printConjuncts = (e: Expr): string =>
  e.k === 'fn' && e.name === 'AND'
    ? e.args.map(printConjuncts).join(' and ')
    : printExpression(e).replace(/^\((.*)\)$/, '$1')

const printKeys = ({ group, sets }: Select): string => {
  if (sets === 'rollup' || sets === 'cube') return `${sets} (${list(group)})`
  if (sets === undefined) return list(group)
  return `grouping sets (${group.map((key) => `(${printExpression(key)})`).join(', ')})`
}

const printSelect = (s: Select): string =>
  [
    `select ${s.distinct ? 'distinct ' : ''}${s.items
      .map(({ e, as }) => {
        const plain = e.k === 'col' && e.rel !== 'PRIOR' && e.name === as
        return printExpression(e) + (plain ? '' : ` as ${as.toLowerCase()}`)
      })
      .join(', ')}`,
    s.from === null ? '' : `from ${printRel(s.from)}`,
    s.where === null ? '' : `where ${printExpression(s.where)}`,
    s.connectBy === null
      ? ''
      : `start with ${printExpression(s.connectBy.start)} connect by ${printConjuncts(s.connectBy.by)}`,
    s.group.length === 0 ? '' : `group by ${printKeys(s)}`,
    s.having === null ? '' : `having ${printExpression(s.having)}`,
    s.qualify === null ? '' : `qualify ${printExpression(s.qualify)}`,
  ]
    .filter((part) => part !== '')
    .join(' ')

const printBody = (body: Body): string =>
  body.k === 'select' ? printSelect(body) : `${printBody(body.left)} ${body.op} ${printBody(body.right)}`

/** The text of a query, as an agent would send it. */
export const printQuery = (q: Query): string => {
  const common = q.with.map(
    ({ name, columns, q: inner }) =>
      `${name.toLowerCase()}${columns.length > 0 ? ` (${columns.join(', ').toLowerCase()})` : ''} as (${printQuery(inner)})`,
  )
  const recursive = q.with.some((table) => table.recursive)
  return [
    common.length > 0 ? `with ${recursive ? 'recursive ' : ''}${common.join(', ')}` : '',
    printBody(q.body),
    q.order.length > 0 ? `order by ${printOrder(q.order)}` : '',
    q.limit === null ? '' : `limit ${q.limit}`,
    q.offset === undefined ? '' : `offset ${q.offset}`,
  ]
    .filter((part) => part !== '')
    .join(' ')
}
