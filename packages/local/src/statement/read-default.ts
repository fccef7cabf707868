import { quoteLiteral } from '../dictionary/identifier.ts'
import { unsupported } from '../snowflake-error.ts'
import { kindOf, numberOf, payloadOf, stringOf } from '../sql/syntax-tree.ts'

/** The DEFAULT of a column as DuckDB text: literals and the present moment, nothing that could run anything else. */
export const readDefault = (node: unknown): string | null => {
  if (node === null || node === undefined) return null
  const text = stringOf(node)
  if (text !== null) return quoteLiteral(text)
  const number = numberOf(node) ?? numberOf(payloadOf(node, 'neg')?.this)
  if (number !== null && /^[0-9.]+$/.test(number)) return payloadOf(node, 'neg') ? `-${number}` : number
  const truth = payloadOf(node, 'boolean')
  if (truth) return truth.value === true ? 'TRUE' : 'FALSE'
  const kind = kindOf(node)
  if (kind === 'null') return 'NULL'
  const name = String(payloadOf(node, 'function')?.name ?? kind).toUpperCase()
  if (name === 'CURRENT_TIMESTAMP' || name === 'SYSDATE') return 'now()'
  if (name === 'CURRENT_DATE') return 'current_date'
  throw unsupported('a DEFAULT of this form')
}
