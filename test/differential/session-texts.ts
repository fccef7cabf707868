import { printExpression, printQuery, printRel } from './print-statement.ts'
import type { Change, Expr, Insert, Statement } from './statement-tree.ts'

type Variable = Extract<Expr, { k: 'var' }>

const variablesOf = (node: unknown): readonly Variable[] => {
  if (Array.isArray(node)) return node.flatMap(variablesOf)
  if (typeof node !== 'object' || node === null) return []
  if ('k' in node && node.k === 'var') return [node as Variable]
  return Object.getPrototypeOf(node) === Object.prototype ? Object.values(node).flatMap(variablesOf) : []
}

const printInsert = ({ table, columns, q }: Insert): string =>
  `insert into ${table.toLowerCase()} (${columns.join(', ').toLowerCase()}) ${printQuery(q)}`

const printChange = ({ k, table, as, from, where, sets, inserted }: Change): string => {
  const target = `${table.toLowerCase()} ${as.toLowerCase()}`
  const given = sets.map(({ name, e }) => `${name.toLowerCase()} = ${printExpression(e)}`).join(', ')
  const condition = where === null ? '' : printExpression(where)
  const filter = where === null ? '' : ` where ${condition}`
  if (k === 'update')
    return `update ${target} set ${given}${from === null ? '' : ` from ${printRel(from)}`}${filter}`
  if (k === 'delete')
    return `delete from ${target}${from === null ? '' : ` using ${printRel(from)}`}${filter}`
  const names = inserted.map(({ name }) => name.toLowerCase()).join(', ')
  const values = inserted.map(({ e }) => printExpression(e)).join(', ')
  const arms = [
    sets.length === 0 ? '' : ` when matched then update set ${given}`,
    inserted.length === 0 ? '' : ` when not matched then insert (${names}) values (${values})`,
  ].join('')
  return `merge into ${target} using ${from === null ? '' : printRel(from)} on ${condition}${arms}`
}

/** What an agent sends before the last statement of a session: settings, variables, then rows that it writes. */
export const textsBefore = ({
  q,
  settings,
  setsTimeZone = false,
  inserts = [],
  changes = [],
}: Statement): readonly string[] => {
  const variables = new Map(
    variablesOf([q, inserts, changes]).map((variable) => [variable.name, printExpression(variable.value)]),
  )
  return [
    ...(setsTimeZone ? [`alter session set timezone = '${settings.timeZone}'`] : []),
    ...[...variables].map(([name, value]) => `set ${name.toLowerCase()} = ${value}`),
    ...inserts.map(printInsert),
    ...changes.map(printChange),
  ]
}

/** A whole session in one line. */
export const printSession = (statement: Statement): string =>
  [...textsBefore(statement), printQuery(statement.q)].join('; ')
