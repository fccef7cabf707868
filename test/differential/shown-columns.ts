import { createHash } from 'node:crypto'
import type { ColumnDecision, Mask } from '@snowfence/core'
import { compileRowMasker, createRandomVault } from '@snowfence/masking'
import { evaluate } from '@snowfence/policy'
import type { SqlAnalyzer } from '@snowfence/sql'
import type { PolicyUnderTest } from './policies-under-test.ts'
import {
  Bytes,
  Clock,
  DAY_MS,
  Day,
  date,
  datePartsOf,
  Moment,
  ntz,
  number,
  type Type,
  text,
  today,
  todayDays,
  type Value,
  Variant,
  variant,
} from './value.ts'

/** How one principal sees one stored column, and what the policy lets them learn of it besides. */
export interface ShownColumn {
  readonly table: string
  readonly name: string
  readonly type: Type
  readonly decision: ColumnDecision
  /** Everything about it is known: it is shown as it is, or may be filtered by anything. */
  readonly isPublic: boolean
  /** Which of its cells are equal is known. */
  readonly showsEquality: boolean
  readonly showsOrder: boolean
  /** Which of its cells are equal to a constant that a statement asks for is known. */
  readonly showsConstants: boolean
  /** Where its values are stand-ins, the class that they are of. */
  readonly pseudonym: string | null
  /** Values with equal keys look the same to the principal. */
  viewOf(value: Value): string
}

export const driverTypes: Readonly<Record<Type['family'], string>> = {
  null: 'text',
  number: 'fixed',
  float: 'real',
  text: 'text',
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

/** A value as the driver gives it. */
export const driverValue = (value: Value): unknown => {
  if (value instanceof Day) return new Date(value.days * DAY_MS)
  if (value instanceof Moment) return new Date(value.ms)
  if (value instanceof Clock) return new Date(value.seconds * 1000).toISOString().slice(11, 19)
  if (value instanceof Bytes) return Buffer.from(value.hex, 'hex')
  return value instanceof Variant ? value.json : value
}

/** What a stand-in is made from: the same for a number and for its digits as a text. */
export const wordOf = (value: Value): string => {
  const given = driverValue(value)
  return typeof given === 'object' ? JSON.stringify(given) : String(given)
}

let drawn = 0
const vault = createRandomVault({
  random: (size) => {
    const bytes = Buffer.alloc(size)
    for (let at = 0; at < size; at += 32) {
      drawn += 1
      createHash('sha256').update(`draw ${drawn}`).digest().copy(bytes, at)
    }
    return bytes
  },
})
const keys = { session: Buffer.alloc(32, 7), policy: Buffer.alloc(32, 9) }
type CellMask = (value: unknown) => unknown
const maskers = new Map<string, CellMask | null>()

/** The product's own mask of a column that a decision covers, or null where every value passes. */
export const maskOf = (decision: ColumnDecision, type: Type): CellMask | null => {
  if (decision.mask === null) return null
  const domain = decision.classes.join('+')
  const key = JSON.stringify([decision.mask, driverTypes[type.family], domain])
  const known = maskers.get(key)
  if (known !== undefined) return known
  const masker = compileRowMasker({
    columns: [{ name: 'X', type: driverTypes[type.family], mask: decision.mask, domain }],
    keys,
    asOf: today,
    random: vault,
  })
  const cell = masker.cellMask(0)
  const made: CellMask | null = cell && ((value) => cell(value))
  maskers.set(key, made)
  return made
}

export const isPseudonym = (mask: Mask | null): boolean =>
  mask?.kind === 'token' || mask?.kind === 'random' || mask?.kind === 'format'

const typeOf = (declared: string): Type => {
  if (declared.startsWith('NUMBER')) {
    const [, size = '38', scale = '0'] = /\((\d+),(\d+)\)/.exec(declared) ?? []
    return number(Number(size), Number(scale))
  }
  if (declared === 'DATE') return date
  if (declared === 'TIMESTAMP_NTZ') return ntz
  if (declared === 'VARIANT') return variant
  const length = /\((\d+)\)/.exec(declared)?.[1]
  return length === undefined ? text() : text(Number(length))
}

/** What a text keeps under the mask `format`: its length and where its letters and digits stand. */
export const shapeOf = (value: unknown): string =>
  String(value).replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A').replace(/[0-9]/g, '0')

const shownBy = (functionName: string, mask: CellMask | null, value: Value): unknown => {
  if (!(value instanceof Day || value instanceof Moment)) return null
  const { year } = datePartsOf(value)
  const result =
    functionName === 'YEAR'
      ? year
      : functionName === 'DATEDIFF' || functionName === 'AGE'
        ? datePartsOf(new Day(todayDays)).year - year
        : null
  return result === null || mask === null ? result : mask(result)
}

/** Asks the product itself how each stored column is shown, one plain SELECT a column. Columns that cannot be read are left out. */
export const shownColumns = (
  analyzer: SqlAnalyzer,
  { policy, catalog, ...asker }: PolicyUnderTest,
): readonly ShownColumn[] =>
  Object.entries(catalog.CLINIC?.PUBLIC ?? {}).flatMap(([table, entry]) =>
    (Array.isArray(entry) ? entry : entry.columns).flatMap((column): ShownColumn[] => {
      if (typeof column === 'string') return []
      const { summary } = analyzer.analyze(`select ${column.name} from ${table}`, {
        catalog,
        database: 'CLINIC',
        schema: 'PUBLIC',
      })
      const { principal, agent, purpose, now } = asker
      const decision = evaluate(policy, { principal, agent, purpose, now, summary })
      if (decision.columns[0] === undefined) return []
      const seen = lookAt(
        policy.document.classes,
        table,
        column.name,
        typeOf(column.type),
        decision.columns[0],
      )
      // How many different values a large group has is one of the statistics that are released.
      return [decision.limits.minimumGroupSize === undefined ? seen : { ...seen, showsEquality: true }]
    }),
  )

type Classes = PolicyUnderTest['policy']['document']['classes']

type Uses = Classes[string]['uses']
const reachOf: Readonly<Record<string, string>> = {
  join: 'equality',
  group: 'equality',
  order: 'order',
  window: 'order',
}
const strength = ['equality', 'order', 'any']

/** How far every class allows each place to look: at equality, at order, or at anything. */
const usesOf = (several: readonly Uses[]): ReadonlyMap<string, string> => {
  const written = several.map((uses) => {
    const known = new Map<string, string>()
    for (const use of uses)
      if (typeof use === 'string') known.set(use, reachOf[use] ?? 'any')
      else for (const [place, reach] of Object.entries(use)) known.set(place, reach)
    return known
  })
  const common = new Map<string, string>()
  for (const place of written[0]?.keys() ?? []) {
    const reaches = written.map((known) => strength.indexOf(known.get(place) ?? ''))
    if (!reaches.includes(-1)) common.set(place, strength[Math.min(...reaches)] ?? 'equality')
  }
  return common
}

const lookAt = (
  classes: Classes,
  table: string,
  name: string,
  type: Type,
  decision: ColumnDecision,
): ShownColumn => {
  const own = decision.classes.map((cls) => classes[cls]!)
  const reaches = new Set(own.length === 0 ? [] : usesOf(own.map((cls) => cls.uses)).values())
  const mask = maskOf(decision, type)
  const functions = own.flatMap(({ functions: given, mask: usual }): (readonly [string, Mask | null])[] =>
    Array.isArray(given) ? given.map((fn) => [fn, usual] as const) : Object.entries(given),
  )
  const shown = functions.map(([fn, by]) => [fn, maskOf({ ...decision, mask: by }, number())] as const)
  // A form is known whatever mask its outputs have.
  const forms = own.flatMap((cls) => cls.forms)
  const isShape = decision.mask?.kind === 'format'
  return {
    table,
    name,
    type,
    decision,
    isPublic: mask === null || reaches.has('any'),
    showsEquality: reaches.has('equality') || reaches.has('order'),
    showsOrder: reaches.has('order'),
    showsConstants:
      own.length > 0 &&
      ['filter', 'having', 'qualify', 'connectBy'].some((place) =>
        usesOf(own.map((cls) => cls.uses)).has(place),
      ),
    pseudonym: isPseudonym(decision.mask) ? decision.classes.join('+') : null,
    viewOf: (value) => {
      if (mask === null || value === null) return value === null ? 'null' : JSON.stringify(driverValue(value))
      const seen = isPseudonym(decision.mask) ? (isShape ? shapeOf(value) : '') : mask(driverValue(value))
      return JSON.stringify([
        seen,
        ...shown.map(([fn, by]) => shownBy(fn, by, value)),
        ...forms.map((form) => shownBy(form, null, value)),
      ])
    },
  }
}
