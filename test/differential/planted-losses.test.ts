import type { AnalyzedStatement, ColumnFlow, Observation, StatementSummary, UsePlace } from '@snowfence/core'
import { createSqlAnalyzer } from '@snowfence/sql'
import { expect, test } from 'vitest'
import { LeakSearch } from './leak-search.ts'
import { shippedPolicies } from './policies-under-test.ts'
import { noFigures } from './search-figures.ts'

type Change = (summary: AnalyzedStatement) => AnalyzedStatement

const without =
  (isLost: (observation: Observation) => boolean): Change =>
  (summary) => ({ ...summary, observations: summary.observations.filter((known) => !isLost(known)) })

const failing = (...by: readonly string[]): Change =>
  without(({ kind, by: failed }) => kind === 'fail' && failed !== undefined && by.includes(failed))

const flowing =
  (change: (flow: ColumnFlow) => ColumnFlow): Change =>
  (summary) => ({
    ...summary,
    outputs: summary.outputs.map((output) => ({ ...output, flows: output.flows.map(change) })),
  })

const forgetting = (...names: readonly string[]): Change =>
  flowing((flow) => ({ ...flow, functions: flow.functions.filter((name) => !names.includes(name)) }))

const both =
  (...changes: readonly Change[]): Change =>
  (summary) =>
    changes.reduce((changed, change) => change(changed), summary)

const notLooking = (at: UsePlace): Change =>
  both(
    without(({ place }) => place === at),
    (summary) => ({ ...summary, uses: { ...summary.uses, [at]: [] } }),
  )

/** What the analysis could lose, each under a policy that must then leak. */
const losses: readonly (readonly [what: string, policy: string, change: Change])[] = [
  ['that a cast fails for some values', 'clinic', failing('CAST')],
  ['that a division fails by its divisor', 'clinic', failing('/', '%', 'MOD')],
  [
    'that the branches of one family are converted',
    'clinic',
    failing('NVL', 'COALESCE', 'IFNULL', 'CASE', 'UNION'),
  ],
  ['that a condition skips what may fail', 'clinic', failing('IFF', 'CASE')],
  ['that an object has no key twice', 'clinic', failing('OBJECT_CONSTRUCT', 'OBJECT_CONSTRUCT_KEEP_NULL')],
  ['every failure', 'safe-harbor', without(({ kind }) => kind === 'fail')],
  ['that a filter looks', 'clinic', notLooking('filter')],
  ['that a join looks', 'clinic', notLooking('join')],
  ['that a grouping looks', 'clinic', notLooking('group')],
  ['that an ordering looks', 'clinic', notLooking('order')],
  ['that a window looks', 'clinic', notLooking('window')],
  ['that HAVING looks', 'clinic', notLooking('having')],
  ['that MIN and MAX choose by order', 'clinic', forgetting('MIN', 'MAX')],
  [
    'that a constant is mixed in',
    'limited',
    flowing((flow) => ({
      ...flow,
      chosen: false,
      functions: flow.functions.filter((name) => name !== 'UNION' && name !== 'VALUES'),
    })),
  ],
  [
    'that a conversion takes the mask away',
    'clinic',
    both(
      without(({ functions }) => functions.every((name) => name === 'CAST')),
      flowing((flow) =>
        flow.functions.every((name) => name === 'CAST') ? { ...flow, via: 'value', functions: [] } : flow,
      ),
    ),
  ],
  [
    'that COUNT(DISTINCT) tells what is equal',
    'clinic',
    flowing((flow) => (flow.via === 'distinct' ? { ...flow, via: 'count' } : flow)),
  ],
  [
    'that rows are counted several times',
    'quality',
    (summary) => ({
      ...summary,
      aggregation: summary.aggregation && { ...summary.aggregation, minimumGroupSize: 11 },
    }),
  ],
]

const MOST_STATEMENTS = 6_000

const analyzer = await createSqlAnalyzer()

test.each(losses)(
  'the search finds out an analysis that loses %s',
  (_, policy, change) => {
    const under = shippedPolicies().find(({ name }) => name.startsWith(policy) || name.endsWith(policy))
    if (under === undefined) throw new Error(`no policy ${policy}`)
    const alter = (summary: StatementSummary) => (summary.status === 'analyzed' ? change(summary) : summary)
    const search = new LeakSearch(analyzer, under, 7, noFigures(), alter)
    let tried = 0
    while (tried < MOST_STATEMENTS && search.step() === null) tried += 1
    expect(tried).toBeLessThan(MOST_STATEMENTS)
  },
  120_000,
)
