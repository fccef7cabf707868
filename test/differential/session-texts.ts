import { printExpression, printQuery } from './print-statement.ts'
import type { Expr, Insert, Statement } from './statement-tree.ts'

type Variable = Extract<Expr, { k: 'var' }>

const variablesOf = (node: unknown): readonly Variable[] => {
  if (Array.isArray(node)) return node.flatMap(variablesOf)
  if (typeof node !== 'object' || node === null) return []
  if ('k' in node && node.k === 'var') return [node as Variable]
  return Object.getPrototypeOf(node) === Object.prototype ? Object.values(node).flatMap(variablesOf) : []
}

const printInsert = ({ table, columns, q }: Insert): string =>
  `insert into ${table.toLowerCase()} (${columns.join(', ').toLowerCase()}) ${printQuery(q)}`

/** What an agent sends before the last statement of a session: settings, variables, then rows that it writes. */
export const textsBefore = ({
  q,
  settings,
  setsTimeZone = false,
  inserts = [],
}: Statement): readonly string[] => {
  const variables = new Map(
    variablesOf([q, inserts]).map((variable) => [variable.name, printExpression(variable.value)]),
  )
  return [
    ...(setsTimeZone ? [`alter session set timezone = '${settings.timeZone}'`] : []),
    ...[...variables].map(([name, value]) => `set ${name.toLowerCase()} = ${value}`),
    ...inserts.map(printInsert),
  ]
}

/** A whole session in one line. */
export const printSession = (statement: Statement): string =>
  [...textsBefore(statement), printQuery(statement.q)].join('; ')
