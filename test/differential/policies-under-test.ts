import { readFileSync } from 'node:fs'
import type { Agent, Catalog, Principal } from '@snowfence/core'
import { type Policy, parsePolicy } from '@snowfence/policy'
import type { SeededRandom } from '../fuzz/seeded-random.ts'

/** A policy with somebody who asks under it. */
export interface PolicyUnderTest {
  readonly name: string
  readonly policy: Policy
  readonly principal: Principal
  readonly agent: Agent
  readonly purpose: string
  readonly now: Date
  readonly catalog: Catalog
}

const folder = new URL('../../examples/policies/', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8')

const catalog = JSON.parse(read('catalog.json')) as Catalog

/** The same with a table that agents write: some of its columns are narrower than those that they are filled from. */
const writtenCatalog: Catalog = {
  ...catalog,
  CLINIC: {
    ...catalog.CLINIC,
    PUBLIC: {
      ...catalog.CLINIC?.PUBLIC,
      WORKLIST: {
        columns: [
          { name: 'ENTRY', type: 'NUMBER(38,0)' },
          { name: 'PATIENT_ID', type: 'NUMBER(38,0)' },
          { name: 'MRN', type: 'VARCHAR' },
          { name: 'FIRST_NAME', type: 'VARCHAR' },
          { name: 'LAST_NAME', type: 'VARCHAR(5)' },
          { name: 'ZIP', type: 'VARCHAR(5)' },
          { name: 'BIRTH_DATE', type: 'DATE' },
          { name: 'ADMITTED_AT', type: 'TIMESTAMP_NTZ' },
          { name: 'COST', type: 'NUMBER(10,0)' },
          { name: 'STATE', type: 'VARCHAR(1)' },
        ],
      },
    },
  },
}
/** The table of it that agents write. */
export const WRITTEN = 'WORKLIST'

/** A Monday morning in New York: office hours. */
const now = new Date('2026-11-30T15:00:00Z')

const asker = (groups: readonly string[], claims: Readonly<Record<string, unknown>> = {}): Principal => ({
  issuer: 'https://issuer.example',
  subject: 'agent-1',
  groups: [...groups],
  claims: { ...claims },
})

const shipped: readonly (readonly [file: string, role: string, group: string, purpose: string])[] = [
  ['clinic', 'agent', 'clinic-agents', 'HOPERAT'],
  ['safe-harbor-research', 'researcher', 'research-agents', 'HRESCH'],
  ['limited-data-set', 'epidemiologist', 'public-health-agents', 'PUBHLTH'],
  ['minimum-necessary', 'care', 'care-agents', 'TREAT'],
  ['minimum-necessary', 'billing', 'billing-agents', 'HPAYMT'],
  ['minimum-necessary', 'quality', 'quality-agents', 'HOPERAT'],
  ['break-glass', 'ordinary', 'emergency-agents', 'TREAT'],
  ['break-glass', 'emergency', 'emergency-agents', 'ETREAT'],
]

const agent: Agent = { id: 'agent-1', version: '1', task: 'looking for leaks' }

/** The policies that come with the product, each with the principals that its own tests name. */
export const shippedPolicies = (): readonly PolicyUnderTest[] =>
  shipped.map(([file, role, group, purpose]) => ({
    name: `${file}/${role}`,
    policy: parsePolicy(read(`${file}.yaml`), { catalog }),
    principal: asker([group], { data_use_agreement: 'DUA-2026-01' }),
    agent,
    purpose,
    now,
    catalog,
  }))

const textMasks = [
  'withhold',
  'token',
  'random',
  'format',
  'scrub',
  { partial: { keepLast: 4 } },
  { partial: { keepFirst: 2 } },
  { redact: { text: '[x]' } },
]
const masksOf: Readonly<Record<string, readonly unknown[]>> = {
  PATIENT_ID: ['token', 'random', 'withhold', { bucket: { size: 10 } }, 'format'],
  MRN: textMasks,
  SSN: textMasks,
  FIRST_NAME: textMasks,
  LAST_NAME: textMasks,
  BIRTH_DATE: ['year', 'age', 'withhold', 'token'],
  ADDRESS: textMasks,
  CITY: textMasks,
  ZIP: [
    'zip3',
    'withhold',
    { partial: { keepFirst: 2 } },
    { bucket: { size: 1000 } },
    { round: { digits: -2 } },
  ],
  PHONE: textMasks,
  EMAIL: ['email-domain', ...textMasks],
  COST: [{ round: { digits: -2 } }, { bucket: { size: 100 } }, 'withhold'],
  ADMITTED_AT: ['year', 'withhold', 'age'],
  TEXT: ['scrub', 'withhold'],
  RESULT: ['withhold', 'scrub'],
  NAME: textMasks,
  NPI: textMasks,
}
const usePool = [
  'filter',
  { filter: 'equality' },
  { filter: 'order' },
  'join',
  { join: 'any' },
  'group',
  'order',
  'window',
  { having: 'equality' },
]

/**
 * A policy that nobody wrote: each classified column has a class of its own, with a mask and uses drawn at random.
 * Every other one lets agents change their session and write a table.
 */
export const randomPolicy = (random: SeededRandom, index: number): PolicyUnderTest => {
  const writes = index % 2 === 0
  const known = writes ? writtenCatalog : catalog
  const classes: Record<string, unknown> = {}
  const columnsOf = (names: readonly string[]) =>
    Object.fromEntries(
      names.map((name) => {
        const masks = masksOf[name]
        if (masks === undefined || random.below(4) === 0) return [name, 'clear']
        const cls = `c-${name.toLowerCase().replaceAll('_', '-')}`
        classes[cls] ??= {
          mask: random.pick(masks),
          uses: usePool.filter(() => random.below(9) === 0),
          ...(name === 'BIRTH_DATE' && random.below(3) === 0 ? { functions: { YEAR: 'year' } } : {}),
        }
        return [name, cls]
      }),
    )
  const tables = Object.entries(known.CLINIC?.PUBLIC ?? {}).map(([table, entry]) => {
    const columns = Array.isArray(entry) ? entry : entry.columns
    return {
      table: `CLINIC.PUBLIC.${table}`,
      subject: table === 'PROVIDERS' ? null : 'PATIENT_ID',
      columns: columnsOf(columns.map((column) => (typeof column === 'string' ? column : column.name))),
    }
  })
  const document = {
    version: 1,
    name: `random-${index}`,
    unclassified: 'withhold',
    computed: random.pick(['guarded', 'guarded', 'guarded', 'deny']),
    classes,
    resources: tables.map(({ subject, ...rest }) =>
      'PATIENT_ID' in rest.columns ? { ...rest, subject } : rest,
    ),
    rules: [
      { id: 'all', effect: 'permit', actions: ['select'], resources: ['CLINIC.PUBLIC.*'] },
      ...(writes
        ? [
            {
              id: 'write',
              effect: 'permit',
              actions: ['insert', 'update', 'delete', 'merge'],
              resources: [`CLINIC.PUBLIC.${WRITTEN}`],
            },
            { id: 'set', effect: 'permit', actions: ['session'], resources: ['*'] },
          ]
        : []),
    ],
  }
  return {
    name: `random-${index}`,
    policy: parsePolicy(JSON.stringify(document), { catalog: known }),
    principal: asker(['anybody']),
    agent,
    purpose: 'TREAT',
    now,
    catalog: known,
  }
}
