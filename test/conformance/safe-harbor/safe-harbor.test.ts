import { readFileSync } from 'node:fs'
import {
  acceptsMask,
  type IdentifierKind,
  identifierKinds,
  identifierRules,
  maskSchema,
} from '@snowfence/core'
import { compileRowMasker, createRandomVault, restrictedZip3 } from '@snowfence/masking'
import { describe, expect, it } from 'vitest'

/** A value that JSON cannot say is `{ "date": … }`, `{ "bytes": hex }` or `{ "json": … }`. */
type Tagged =
  | string
  | number
  | null
  | { date: string }
  | { bytes: string }
  | { json: unknown }
  | { matches: string }

interface Vector {
  readonly identifier: IdentifierKind
  readonly mask: unknown
  readonly type: string
  readonly value: Tagged
  readonly shown: Tagged
  readonly asOf?: string
  readonly safeHarbor: boolean
  readonly limitedDataSet: boolean
  readonly why: string
}

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')
const vectors: readonly Vector[] = read('identifiers.jsonl')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line))
const zip3: { '2000': string[]; '2010': string[]; allowed: string[] } = JSON.parse(read('zip3.json'))

const untag = (tagged: Tagged): unknown => {
  if (typeof tagged !== 'object' || tagged === null) return tagged
  if ('date' in tagged) return new Date(tagged.date)
  if ('bytes' in tagged) return Buffer.from(tagged.bytes, 'hex')
  return 'json' in tagged ? tagged.json : tagged
}

const maskOf = (mask: unknown) => (mask === null ? null : maskSchema.parse(mask))

let drawn = 0
const random = (size: number) =>
  Uint8Array.from({ length: size }, () => {
    drawn += 1
    return drawn % 256
  })

const show = ({ mask, type, value, asOf }: Pick<Vector, 'mask' | 'type' | 'value' | 'asOf'>): unknown =>
  compileRowMasker({
    columns: [{ name: 'C', type, mask: maskOf(mask), isRevealed: mask === null }],
    keys: { session: new Uint8Array(32).fill(1), policy: new Uint8Array(32).fill(2) },
    asOf: new Date(asOf ?? '2026-11-23'),
    random: createRandomVault({ random }),
  }).maskCell(0, untag(value))

describe('Safe Harbor, 45 CFR 164.514(b)(2)', () => {
  it('has vectors for every identifier', () => {
    const covered = new Set(vectors.map(({ identifier }) => identifier))
    expect(identifierKinds.filter((kind) => !covered.has(kind))).toEqual([])
    const letters = new Set([...covered].map((kind) => identifierRules[kind].letter))
    for (const letter of 'ABCDEFGHIJKLMNOPQR') expect(letters.has(letter), letter).toBe(true)
  })

  it.each(vectors)('$identifier as $type under $mask: $why ($value)', (vector) => {
    const shown = show(vector)
    const expected = vector.shown
    if (typeof expected === 'object' && expected !== null && 'matches' in expected) {
      expect(String(shown)).toMatch(new RegExp(expected.matches))
    } else expect(shown).toEqual(untag(expected))
  })

  it.each(vectors)(
    '$identifier under $mask: safe-harbor $safeHarbor, limited-data-set $limitedDataSet',
    (vector) => {
      const mask = maskOf(vector.mask)
      expect(acceptsMask('safe-harbor', vector.identifier, mask)).toBe(vector.safeHarbor)
      expect(acceptsMask('limited-data-set', vector.identifier, mask)).toBe(vector.limitedDataSet)
      expect(acceptsMask('full', vector.identifier, mask)).toBe(true)
    },
  )

  it('hides the areas that either census counted at 20,000 people or fewer, and no others', () => {
    const restricted = [...new Set([...zip3['2000'], ...zip3['2010']])].sort()
    expect(restricted).toHaveLength(19)
    expect(restrictedZip3.areas).toEqual(restricted)
    const shown = (zip: string) => show({ mask: 'zip3', type: 'text', value: zip })
    for (const area of restricted) expect(shown(`${area}01`), area).toBe('000')
    for (const area of zip3.allowed) expect(shown(`${area}01`), area).toBe(area)
  })
})
