import { hash } from 'node:crypto'

/** SHA-256 of UTF-8 text or bytes, as `sha256:` and 64 hex digits. */
export type Digest = `sha256:${string}`

export const digestOf = (content: string | Uint8Array): Digest => `sha256:${hash('sha256', content)}`

/**
 * JSON with sorted keys and no white space: equal values give equal bytes.
 * `undefined` members are left out; anything JSON cannot hold throws a `TypeError`.
 */
export const canonicalJson = (value: unknown): string => {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('a number that is not finite has no canonical form')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`
  if (typeof value === 'object') {
    const plain =
      typeof (value as { toJSON?: unknown }).toJSON === 'function' ? JSON.parse(JSON.stringify(value)) : value
    if (typeof plain !== 'object' || plain === null) return canonicalJson(plain)
    const record = plain as Record<string, unknown>
    const members: string[] = []
    for (const key of Object.keys(record).sort()) {
      const member = record[key]
      if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`)
    }
    return `{${members.join(',')}}`
  }
  throw new TypeError(`a ${typeof value} has no canonical form`)
}
