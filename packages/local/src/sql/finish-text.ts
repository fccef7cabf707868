import { quoteIdentifier, quoteLiteral } from '../dictionary/identifier.ts'
import { physicalType, type SnowType } from '../dictionary/snow-type.ts'
import { unsupported } from '../snowflake-error.ts'
import { allowedCalls } from './allowed-calls.ts'
import { bindCall, variableCall } from './mark-statement.ts'
import type { SuppliedRelation, SuppliedValue } from './translation.ts'
import { suppliedTable } from './translation.ts'

/** A value to be inlined: a bind or a session variable. */
export interface InlineValue {
  readonly type:
    | 'TEXT'
    | 'FIXED'
    | 'REAL'
    | 'BOOLEAN'
    | 'DATE'
    | 'TIME'
    | 'TIMESTAMP_NTZ'
    | 'TIMESTAMP_LTZ'
    | 'TIMESTAMP_TZ'
    | 'BINARY'
    | 'VARIANT'
  readonly value: string | null
}

const tokens =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|[A-Za-z_][A-Za-z0-9_$]*|\d+(?:\.\d+)?|\s+|[\s\S]/g

const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

const fromEpoch = (value: string, unit: bigint, make: (micros: bigint) => string): string => {
  if (!/^-?\d+$/.test(value)) throw unsupported('a bind of this form')
  return make((BigInt(value) * 1_000_000n) / unit)
}

/** A value as a DuckDB literal. Text is only ever between quotes, a number only ever digits. */
const inlineLiteral = ({ type, value }: InlineValue): string => {
  if (value === null) return 'NULL'
  switch (type) {
    case 'TEXT':
      return quoteLiteral(value)
    case 'FIXED':
      if (!number.test(value)) throw unsupported('a bind of this form')
      return `(${value})`
    case 'REAL':
      return `CAST(${quoteLiteral(value)} AS DOUBLE)`
    case 'BOOLEAN':
      return /^(?:true|1)$/i.test(value) ? 'TRUE' : 'FALSE'
    case 'VARIANT':
      return `CAST(${quoteLiteral(value)} AS JSON)`
    case 'BINARY':
      return `unhex(${quoteLiteral(value)})`
    case 'DATE':
      return fromEpoch(value, 1000n, (micros) => `CAST(make_timestamp(${micros}) AS DATE)`)
    case 'TIME':
      return fromEpoch(value, 1_000_000_000n, (micros) => `CAST(make_timestamp(${micros}) AS TIME)`)
    case 'TIMESTAMP_NTZ':
      return fromEpoch(value, 1_000_000_000n, (micros) => `make_timestamp(${micros})`)
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return fromEpoch(
        value.split(' ')[0] as string,
        1_000_000_000n,
        (micros) => `CAST(make_timestamp(${micros}) AS TIMESTAMPTZ)`,
      )
    default:
      throw type satisfies never
  }
}

const suppliedLiteral = (value: SuppliedValue, type: SnowType): string => {
  if (value === null) return `CAST(NULL AS ${physicalType(type)})`
  const literal = value instanceof Date ? value.toISOString().replace('Z', '+00') : String(value)
  return `CAST(${quoteLiteral(literal)} AS ${physicalType(type)})`
}

/** A relation as a subquery. Only the first row carries the types. */
const inlineRelation = ({ columns, rows }: SuppliedRelation): string => {
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ')
  const [first = columns.map(() => null), ...rest] = rows
  const typed = `(${columns.map(({ type }, index) => suppliedLiteral(first[index] ?? null, type)).join(', ')})`
  const others = rest.map(
    (row) =>
      `(${columns
        .map((_, index) => {
          const value = row[index] ?? null
          if (value === null) return 'NULL'
          return quoteLiteral(value instanceof Date ? value.toISOString().replace('Z', '+00') : String(value))
        })
        .join(', ')})`,
  )
  const filter = rows.length === 0 ? ' WHERE FALSE' : ''
  return `(SELECT * FROM (VALUES ${[typed, ...others].join(', ')}) AS "~rows"(${names})${filter})`
}

/**
 * Makes the transpiler's text final: checks that every call in it is one that is meant, and puts in the values. The
 * check reads the very text that DuckDB will run, so nothing depends on how it was made.
 *
 * @throws SnowflakeError 000002 for a call that is not on the list
 */
export const finishText = (text: string, values: ReadonlyMap<string, InlineValue>): string => {
  const parts = (text.match(tokens) ?? []).filter((part) => !part.startsWith('--') && !part.startsWith('/*'))
  const significant = (index: number): number => {
    let next = index
    while (next < parts.length && /^\s+$/.test(parts[next] as string)) next++
    return next
  }
  let result = ''
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as string
    const open = significant(index + 1)
    const isCall = parts[open] === '(' && /^[A-Za-z_"]/.test(part)
    if (isCall && /^[A-Za-z_]/.test(part)) {
      const name = part.toLowerCase()
      if (name.startsWith(bindCall) || name.startsWith(variableCall)) {
        const value = values.get(name)
        if (!value) throw unsupported('a bind without a value')
        result += inlineLiteral(value)
        index = significant(open + 1)
        continue
      }
      if (!allowedCalls.has(name)) throw unsupported(`the function ${part.toUpperCase()}`)
    }
    if (part === ';') throw unsupported('this form of statement')
    result += part
  }
  return result
}

/** Puts the supplied rows in the place of their markers, as the last step. */
export const inlineSupplied = (text: string, supplied: readonly SuppliedRelation[]): string => {
  if (supplied.length === 0) return text
  return (text.match(tokens) ?? [])
    .map((part) => {
      const relation = supplied.find((_, position) => part === quoteIdentifier(suppliedTable(position)))
      return relation ? inlineRelation(relation) : part
    })
    .join('')
}
