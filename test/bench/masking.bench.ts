import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { Mask } from '@snowfence/core'
import { compileRowMasker, createRandomVault } from '@snowfence/masking'
import { printFigure } from './print-figure.ts'

/** What one cell costs under each mask: `node --conditions=snowfence-source test/bench/masking.bench.ts [--json] [--cells N]`. */
const { values: flags } = parseArgs({
  options: { json: { type: 'boolean', default: false }, cells: { type: 'string', default: '1000000' } },
})
const cells = Number(flags.cells)

interface Scenario {
  readonly name: string
  readonly type: string
  readonly mask: Mask | null
  readonly value: (index: number) => unknown
}

const ssn = (index: number) =>
  `${100 + (index % 800)}-${10 + (index % 89)}-${String(1000 + (index % 9000)).padStart(4, '0')}`
const distinct = (index: number) => `P${1_000_000 + index}`
const repeated = (index: number) => `ward ${index % 200}`
const word = (index: number) => ['active', 'inactive', 'pending review', 'transferred', 'closed'][index % 5]
const birth = (index: number) => new Date(Date.UTC(1930 + (index % 90), index % 12, 1 + (index % 28)))
const sentence = (index: number) =>
  `Patient is stable, blood pressure 124/78, continue dose ${index} twice daily and recheck labs in 3 months.`

const scenarios: readonly Scenario[] = [
  { name: 'no mask, not text', type: 'fixed', mask: null, value: (index) => index },
  { name: 'withhold', type: 'text', mask: { kind: 'withhold' }, value: ssn },
  { name: 'redact', type: 'text', mask: { kind: 'redact', text: '[redacted]' }, value: ssn },
  { name: 'partial', type: 'text', mask: { kind: 'partial', keepFirst: 0, keepLast: 4 }, value: ssn },
  {
    name: 'token, every value distinct',
    type: 'text',
    mask: { kind: 'token', scope: 'session' },
    value: distinct,
  },
  { name: 'token, 200 values', type: 'text', mask: { kind: 'token', scope: 'session' }, value: repeated },
  { name: 'random, 200 values', type: 'text', mask: { kind: 'random' }, value: repeated },
  { name: 'year', type: 'date', mask: { kind: 'year' }, value: birth },
  { name: 'age', type: 'date', mask: { kind: 'age' }, value: birth },
  { name: 'zip3', type: 'text', mask: { kind: 'zip3' }, value: (index) => String(10_000 + (index % 80_000)) },
  { name: 'bucket', type: 'fixed', mask: { kind: 'bucket', size: 10 }, value: (index) => index % 120 },
  { name: 'round', type: 'real', mask: { kind: 'round', digits: 1 }, value: (index) => index / 7 },
  {
    name: 'email-domain',
    type: 'text',
    mask: { kind: 'email-domain' },
    value: (index) => `u${index % 500}@mail.example`,
  },
  { name: 'format, every value distinct', type: 'text', mask: { kind: 'format' }, value: distinct },
  { name: 'scrub, a sentence', type: 'text', mask: { kind: 'scrub' }, value: sentence },
  { name: 'content check, a word', type: 'text', mask: null, value: word },
  {
    name: 'content check, a code',
    type: 'text',
    mask: null,
    value: (index) => `C${index % 5000}-${index % 90}`,
  },
  { name: 'content check, a sentence', type: 'text', mask: null, value: sentence },
  {
    name: 'content check, a document',
    type: 'variant',
    mask: null,
    value: (index) => ({ value: index % 500, unit: 'mg/dL', flags: ['H'] }),
  },
  { name: 'content check, a hit', type: 'text', mask: null, value: ssn },
]

const POOL = 65_536

/** Median of three passes in processor time, with values made beforehand so that only masking is timed. */
const measure = ({ type, mask, value }: Scenario): number => {
  const keys = { session: randomBytes(32), policy: randomBytes(32) }
  const random = createRandomVault({ random: randomBytes })
  const isDistinct = mask?.kind === 'token' || mask?.kind === 'format'
  const pool = Array.from({ length: isDistinct ? Math.min(cells, 1_000_000) : POOL }, (_, index) =>
    value(index),
  )
  const passes = [0, 1, 2].map(() => {
    const masker = compileRowMasker({ columns: [{ name: 'C', type, mask }], keys, random, asOf: new Date(0) })
    let nulls = 0
    const start = process.cpuUsage()
    for (let index = 0; index < cells; index += 1) {
      if (masker.maskCell(0, pool[index % pool.length]) === null) nulls += 1
    }
    const { user, system } = process.cpuUsage(start)
    if (nulls > cells) throw new Error('more cells were withheld than there are')
    return ((user + system) * 1_000) / cells
  })
  return passes.sort((left, right) => left - right)[1]!
}

for (const scenario of scenarios) {
  const value = Math.round(measure(scenario))
  printFigure({ name: `mask: ${scenario.name}`, figure: 'per cell', value, unit: 'ns' }, flags.json)
}
