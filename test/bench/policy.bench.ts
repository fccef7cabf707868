import { parseArgs } from 'node:util'
import type { AnalyzedStatement } from '@snowfence/core'
import { type EvaluationRequest, evaluate, parsePolicy } from '@snowfence/policy'
import { printFigure } from './print-figure.ts'

/**
 * What a decision costs under a policy of 200 rules, for a statement never seen and for one seen before, allowed and
 * denied: `node --conditions=snowfence-source test/bench/policy.bench.ts [--json] [--rules N] [--statements N]`.
 */
const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rules: { type: 'string', default: '200' },
    statements: { type: 'string', default: '5000' },
  },
})
const ruleCount = Number(flags.rules)
const statementCount = Number(flags.statements)

const tables = Array.from({ length: 40 }, (_, index) => `CLINIC.PUBLIC.TABLE_${index}`)
const rules = Array.from({ length: ruleCount }, (_, index) => ({
  id: `rule-${index}`,
  effect: index % 10 === 9 ? 'forbid' : 'permit',
  principals: {
    groups: [`group-${index % 5}`],
    ...(index % 3 === 0 && { claims: { site: ['north', 'south'] } }),
  },
  actions: index % 10 === 9 ? ['export', 'put'] : ['select'],
  resources:
    index % 4 === 0 ? ['CLINIC.PUBLIC.*'] : [tables[index % tables.length], `OTHER.*.TABLE_${index}`],
  purposes: ['TREAT', 'HOPERAT'].slice(0, 1 + (index % 2)),
  ...(index % 20 === 1 && { times: [{ from: '00:00', to: '23:59', zone: 'America/New_York' }] }),
  ...(index % 10 !== 9 && { limits: { rows: 1000 + index } }),
}))
const policy = parsePolicy(
  JSON.stringify({
    version: 1,
    unclassified: 'withhold',
    classes: { ssn: { mask: { partial: { keepLast: 4 } } }, name: { mask: 'token' }, zip: { mask: 'zip3' } },
    resources: tables.map((table) => ({
      table,
      subject: 'ID',
      columns: { ID: 'clear', SSN: 'ssn', NAME: 'name', ZIP: 'zip', CITY: 'clear' },
    })),
    rules,
  }),
)

/** Three tables, twelve outputs, a join and a filter. */
const statement = (index: number, filter: string): AnalyzedStatement => {
  const read = [0, 1, 2].map((step) => tables[(index + step) % tables.length]!)
  const columns = ['ID', 'SSN', 'NAME', 'ZIP']
  return {
    status: 'analyzed',
    kind: 'select',
    effects: ['select'],
    reads: read.map((table) => ({ table, columns: ['CITY', ...columns] })),
    writes: [],
    outputs: read.flatMap((table) =>
      columns.map((name, position) => ({
        name,
        columns: [`${table}.${name}`],
        flows: [
          {
            column: `${table}.${name}`,
            via: position === 3 ? ('derived' as const) : ('value' as const),
            functions: position === 3 ? ['SUBSTR'] : [],
          },
        ],
      })),
    ),
    uses: {
      filter: [`${read[0]}.${filter}`],
      join: read.map((table) => `${table}.ID`),
      group: [],
      order: [],
      having: [],
      qualify: [],
      window: [],
      connectBy: [],
    },
    observations: [
      { column: `${read[0]}.${filter}`, kind: 'equality', place: 'filter', functions: ['='], chosen: true },
      ...read.map((table, at) => ({
        column: `${table}.ID`,
        kind: 'equality' as const,
        place: 'join' as const,
        functions: ['='],
        against: [`${read[(at + 1) % read.length]}.ID`],
      })),
    ],
    acrossRows: [],
    failsAlone: false,
    functions: ['SUBSTR'],
    stages: [],
    variables: [],
    aggregation: null,
    rowLimit: null,
    text: '',
    fingerprint: `sha256:${'0'.repeat(64)}`,
    digest: `sha256:${'0'.repeat(64)}`,
  }
}

const request = (summary: AnalyzedStatement): EvaluationRequest => ({
  principal: {
    issuer: 'https://issuer.test',
    subject: 'agent-1',
    groups: ['group-0', 'group-1', 'group-2'],
    claims: { site: 'north' },
  },
  agent: { id: 'bot', model: 'model-1', task: 'weekly report' },
  purpose: 'TREAT',
  summary,
  now: new Date('2026-11-23T15:00:00Z'),
})

const scenarios = [
  { name: 'allowed', filter: 'CITY' },
  { name: 'denied, with what would pass', filter: 'SSN' },
]

const microseconds = (times: number[]) => {
  times.sort((left, right) => left - right)
  const at = (share: number) => Number((times[Math.floor(times.length * share)]! * 1000).toFixed(1))
  return { median: at(0.5), p99: at(0.99) }
}

const time = (work: () => unknown): number => {
  const start = performance.now()
  work()
  return performance.now() - start
}

for (const { name, filter } of scenarios) {
  for (let index = 0; index < 500; index += 1) evaluate(policy, request(statement(index, filter)))
  const requests = Array.from({ length: statementCount }, (_, index) => request(statement(index, filter)))
  const cold = microseconds(requests.map((each) => time(() => evaluate(policy, each))))
  const repeated = microseconds(requests.map((each) => time(() => evaluate(policy, each))))
  const { decision } = evaluate(policy, requests[0]!)
  if (!name.startsWith(decision === 'allow' ? 'allowed' : 'denied'))
    throw new Error(`expected ${name}, got ${decision}`)
  const told = `policy: ${ruleCount} rules, ${name}`
  for (const [figure, { median, p99 }] of [
    ['new', cold],
    ['repeated', repeated],
  ] as const) {
    printFigure({ name: told, figure: `${figure}, median`, value: median, unit: 'µs' }, flags.json)
    printFigure({ name: told, figure: `${figure}, p99`, value: p99, unit: 'µs' }, flags.json)
  }
}
