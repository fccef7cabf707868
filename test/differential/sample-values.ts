export type Json = string | number | null | readonly Json[] | { readonly [key: string]: Json }
/** A VARIANT is a nested value; every other type a text, a number or NULL. */
export type Value = Json

export const textPool =
  (pool: readonly (string | null)[]) =>
  (row: number): Value =>
    pool[(row * 5 + Math.floor(row / pool.length)) % pool.length] ?? null

/** A document with every key that the conformance statements look up. */
export const variantOf = (row: number): Value => ({
  test: ['HBA1C', 'GLU'][row % 2] ?? null,
  kind: ['k', 'l', 'm'][row % 3] ?? null,
  flag: ['H', 'L', null][row % 3] ?? null,
  value: row * 3 + 1,
  glucose: row + 70,
  ssn: `s${row}`,
  mrn: ['M2', 'x'][row % 2] ?? null,
  type: ['in', 'out'][row % 2] ?? null,
  actor: { id: row },
  patient: { ssn: `p${row}` },
  tags: ['x', `t${row}`],
  items: [
    { code: 'X', name: `n${row}`, value: 9 + row, flag: 'H' },
    { code: 'GLU', name: 'm', value: 20 + (row % 4), flag: 'L' },
  ],
})

/** The canary: a value that was nowhere before. What was NULL stays so: whether there is a value is no secret. */
export const perturb = (type: string, value: Value, row: number): Value => {
  if (value === null) return null
  if (type === 'VARIANT') return perturbDocument(value, row)
  if (type === 'NUMBER') return Number(value ?? 0) + 1_000_003 + row
  if (type === 'VARCHAR') return `§${row}${value ?? ''}`
  if (type === 'DATE')
    return `${Number(String(value ?? '1900').slice(0, 4)) + 7}${String(value ?? '1900-01-01').slice(4)}`
  return new Date(Date.parse(`${value ?? '2020-01-01 00:00:00'}Z`) + 86_400_000 * 401 + 3_671_000 * (row + 1))
    .toISOString()
    .slice(0, 19)
    .replace('T', ' ')
}

const perturbDocument = (value: Json, row: number): Json => {
  if (typeof value === 'number') return value + 1_000_003
  if (typeof value === 'string') return `§${row}${value}`
  if (value === null) return null
  if (Array.isArray(value)) return [...value, ...value].map((item: Json) => perturbDocument(item, row))
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, perturbDocument(item as Json, row)]),
  )
}
