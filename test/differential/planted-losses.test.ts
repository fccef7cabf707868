import type { AnalyzedStatement, ColumnFlow, Observation, StatementSummary, UsePlace } from '@snowfence/core'
import { createSqlAnalyzer } from '@snowfence/sql'
import { expect, test } from 'vitest'
import { SeededRandom } from '../fuzz/seeded-random.ts'
import { LeakSearch } from './leak-search.ts'
import { randomPolicy, shippedPolicies } from './policies-under-test.ts'
import { noFigures } from './search-figures.ts'
import { agg, castTo, col, plainSettings, query, select } from './statement-tree.ts'
import { number } from './value.ts'

type Change = (summary: AnalyzedStatement, sql: string) => AnalyzedStatement

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
  (summary, sql) =>
    changes.reduce((changed, change) => change(changed, sql), summary)

/** One function is taken for another, in what is shown and in what is looked at. */
const taking = (names: readonly string[], as: string): Change => {
  const written = (functions: readonly string[]) => [
    ...new Set(functions.map((name) => (names.includes(name) ? as : name))),
  ]
  return both(
    flowing((flow) => ({ ...flow, functions: written(flow.functions) })),
    (summary) => ({
      ...summary,
      observations: summary.observations.map((known) => ({ ...known, functions: written(known.functions) })),
    }),
  )
}

/** COST is a NUMBER(12,2): rounded to a NUMBER(10,0), it fails only by the digit that rounding carries into. */
const carrying: Change = (summary, sql) => {
  const casts = sql.match(/cast\(/g) ?? []
  const rounding = sql.match(/cast\((?:\w+\.)?cost as number\(10, ?0\)\)/g) ?? []
  return casts.length === rounding.length ? failing('CAST')(summary, sql) : summary
}

/** What is written loses that it was converted into a narrower column. */
const writing: Change = (summary) => ({
  ...summary,
  writes: summary.writes.map((write) => ({
    ...write,
    columns: write.columns.map((column) => ({
      ...column,
      flows: column.flows.map((flow) =>
        flow.functions.every((name) => name === 'CAST') ? { ...flow, via: 'value', functions: [] } : flow,
      ),
    })),
  })),
})

const notLooking = (at: UsePlace): Change =>
  both(
    without(({ place }) => place === at),
    (summary) => ({ ...summary, uses: { ...summary.uses, [at]: [] } }),
  )

/** Comparisons lose that they are with constants. */
const meeting: Change = (summary) => ({
  ...summary,
  observations: summary.observations.map((known) => ({ ...known, chosen: false })),
})

/** Everything that a clause looks at becomes an equality. */
const reaching: Change = (summary) => ({
  ...summary,
  observations: summary.observations.map((known) =>
    known.kind === 'part' || known.kind === 'order' ? { ...known, kind: 'equality' } : known,
  ),
})

/** Only of statements whose text says so, so that nothing else can be what is found. */
const ofTexts =
  (form: RegExp, change: Change): Change =>
  (summary, sql) =>
    form.test(sql) ? change(summary, sql) : summary

const lookingAtOneRow: Change = (summary) => ({ ...summary, acrossRows: [] })

/** A sketch of a window is taken for a function of one row. */
const sketching = (name: string): Change =>
  ofTexts(
    new RegExp(`\\b${name}\\(`, 'i'),
    both(
      lookingAtOneRow,
      flowing((flow) =>
        flow.functions.includes(name) ? { ...flow, via: 'derived', functions: ['UPPER'] } : flow,
      ),
    ),
  )

const failingAlone: Change = (summary) => ({ ...summary, failsAlone: false })

/** What the analysis could lose, each under a policy that must then leak, and what must be found where more could be. */
const losses: readonly (readonly [what: string, policy: string, change: Change, found?: RegExp])[] = [
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
  ['that MODE chooses by what is equal', 'clinic', forgetting('MODE')],
  ['that COALESCE converts a later argument', 'clinic', failing('COALESCE', 'NVL', 'IFNULL')],
  ['that the default of LAG is converted', 'clinic', failing('LAG', 'LEAD')],
  [
    'that a percentile is the value of one row',
    'quality',
    taking(['MEDIAN', 'PERCENTILE_CONT', 'PERCENTILE_DISC', 'APPROX_PERCENTILE'], 'AVG'),
  ],
  ['that rounding carries into one more digit', 'writing', carrying],
  [
    'that rows which are not shown decide about others',
    'care',
    (summary) => ({ ...summary, acrossRows: [] }),
  ],
  ['that an escape sign may end a computed pattern', 'clinic', failing('LIKE', 'ILIKE')],
  ['that a written column may be narrower', 'writing', both(failing('CAST'), writing)],
  ['that a difference of dates needs dates', 'clinic', failing('DATEDIFF')],
  [
    'that a comparison meets constants',
    'limited',
    both(
      meeting,
      flowing((flow) => ({ ...flow, chosen: false })),
    ),
  ],
  ['that a filter reaches further than equality', 'care', reaching],
  ['that something fails without a column', 'quality', failingAlone, /fails or not/],
  [
    'that a subquery in a branch may find two rows',
    'clinic',
    ofTexts(
      /then \(select/,
      without(({ kind, by }) => kind === 'fail' || by !== undefined),
    ),
    /scalar subquery/,
  ],
  ['that HLL folds people', 'care', sketching('HLL')],
  ['that APPROX_TOP_K folds people', 'care', sketching('APPROX_TOP_K')],
  ['that MINHASH folds people', 'care', sketching('MINHASH')],
  [
    'that ROLLUP groups people together',
    'care',
    ofTexts(/^(?!.* over \(|.* limit ).*\brollup \(/, lookingAtOneRow),
  ],
  [
    'that CUBE groups people together',
    'care',
    ofTexts(/^(?!.* over \(|.* limit ).*\bcube \(/, lookingAtOneRow),
  ],
  [
    'that grouping sets group people together',
    'care',
    ofTexts(/^(?!.* over \(|.* limit ).*\bgrouping sets \(/, lookingAtOneRow),
  ],
  [
    'that a limit inside looks at all rows',
    'care',
    ofTexts(/^(?!.* over \(|.*(?:rollup|cube|sets) \().* limit \d+\)/, lookingAtOneRow),
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

const MOST_STATEMENTS = 20_000

const analyzer = await createSqlAnalyzer()

test.each(losses.map(([what, policy, change, found = /(?:)/]) => [what, policy, change, found] as const))(
  'the search finds out an analysis that loses %s',
  (what, policy, change, found) => {
    const drawn = policy === 'writing' ? 2 : undefined
    const under =
      drawn === undefined
        ? shippedPolicies().find(({ name }) => name.startsWith(policy) || name.endsWith(policy))
        : randomPolicy(new SeededRandom(7), drawn)
    if (under === undefined) throw new Error(`no policy ${policy}`)
    const alter = (summary: StatementSummary, sql: string) =>
      summary.status === 'analyzed' ? change(summary, sql) : summary
    const begun = process.cpuUsage()
    const search = new LeakSearch(analyzer, under, 7, noFigures(), alter)
    let tried = 0
    const finds = () => {
      const leak = search.step()
      return leak !== null && found.test(leak.difference.what)
    }
    while (tried < MOST_STATEMENTS && !finds()) tried += 1
    const { user, system } = process.cpuUsage(begun)
    console.info(`${what}: ${tried + 1} statements, ${((user + system) / 1e6).toFixed(1)} s of CPU`)
    expect(tried).toBeLessThan(MOST_STATEMENTS)
  },
  300_000,
)

test('worlds hold a number that rounding carries into one more digit', () => {
  const under = randomPolicy(new SeededRandom(7), 2)
  const lose = (summary: StatementSummary, sql: string) =>
    summary.status === 'analyzed' ? failing('CAST')(summary, sql) : summary
  const rounded = agg('COUNT', [castTo(col('COST', 'T1'), number(10, 0))])
  const from = { k: 'table', name: 'ENCOUNTERS', as: 'T1' } as const
  const statement = { q: query(select([{ e: rounded, as: 'N' }], from)), settings: plainSettings }
  const difference = (alter?: typeof lose) =>
    new LeakSearch(analyzer, under, 7, noFigures(), alter).examine(statement, 60)
  expect(difference()).toBeNull()
  expect(difference(lose)).toMatchObject({ kind: 'failure' })
})
