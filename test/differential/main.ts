// Looks for statements that the product allows and that answer differently on two warehouses alike in all that is shown.
//   node --conditions=snowfence-source test/differential/main.ts --help
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createSqlAnalyzer } from '@snowfence/sql'
import { leakForm } from './leak-form.ts'
import type { Leak, LeakSearch } from './leak-search.ts'
import { writeStatement } from './leak-vector.ts'
import type { PolicyUnderTest } from './policies-under-test.ts'
import { addFigures, type Figures, noFigures, printFigures } from './search-figures.ts'
import { searchPolicies } from './search-policies.ts'
import { printDifferences } from './shrink-leak.ts'

const help = `Looks for statements that are allowed and answer differently on two warehouses alike in all that is shown.

  --seed N        where to begin; with a state file, the seed after the last one that was finished
  --count N       statements made for each policy for one seed (2000); each is tried under every policy
  --seeds N       how many seeds (1)
  --minutes N     stop after so many minutes instead
  --policy TEXT   only policies whose name contains it; \`random\` for those that nobody wrote
  --random N      policies that nobody wrote for each seed (2)
  --state FILE    adds to the figures in the file, and goes on where it stopped
  --vectors FILE  adds what is found, one line each, for leak-vectors.test.ts
  --json          prints the figures and the leaks as JSON
  --help          this text

The exit code is 1 where a statement answers differently.`

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: { type: 'string', default: '2000' },
    seeds: { type: 'string', default: '1' },
    minutes: { type: 'string' },
    policy: { type: 'string', default: '' },
    random: { type: 'string', default: '2' },
    state: { type: 'string' },
    vectors: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(help)
  process.exit(0)
}

interface State {
  nextSeed: number
  cpuSeconds: number
  figures: Figures
  byPolicy: Record<string, Figures>
  leaks: { form: string; policy: string; sql: string; what: string; seed: number }[]
}

const state: State =
  values.state !== undefined && existsSync(values.state)
    ? (JSON.parse(readFileSync(values.state, 'utf8')) as State)
    : { nextSeed: 1, cpuSeconds: 0, figures: noFigures(), byPolicy: {}, leaks: [] }
if (values.seed !== undefined) state.nextSeed = Number(values.seed)

const save = (): void => {
  if (values.state !== undefined) writeFileSync(values.state, `${JSON.stringify(state, null, 1)}\n`)
}

const analyzer = await createSqlAnalyzer()
const until =
  values.minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + Number(values.minutes) * 60_000
const forms = new Set(state.leaks.map(({ form }) => form))

/** What was met before in one place, of one kind, failing in one way, is not looked at again. */
const met = new Set<string>()

const report = (search: LeakSearch, found: Leak, seed: number): void => {
  const first = [
    found.under.name.replace(/^random-.*/, 'random'),
    found.place,
    found.kind,
    found.difference.kind,
  ].join('/')
  if (met.has(first)) return
  met.add(first)
  const leak = search.shrink(found)
  const form = leakForm(leak)
  if (forms.has(form)) return
  forms.add(form)
  const { dateFormat, timeZone } = leak.statement.settings
  const set = dateFormat === 'YYYY-MM-DD' && timeZone === 'UTC' ? '' : ` [${timeZone}, ${dateFormat}]`
  const columns = (table: string) => search.tables.get(table)?.columns ?? []
  const cells = printDifferences(leak.pair, columns, leak.sql)
  const what = `${leak.difference.kind} ${leak.difference.what}${cells === '' ? '' : ` (${cells.slice(0, 300)})`}`
  if (values.vectors !== undefined) {
    const vector = {
      policy: leak.under.name,
      sql: leak.sql,
      told: what,
      statement: writeStatement(leak.statement),
    }
    appendFileSync(values.vectors, `${JSON.stringify(vector)}\n`)
  }
  state.leaks.push({ form, policy: leak.under.name, sql: leak.sql + set, what, seed })
  if (!values.json) console.log(`${leak.under.name}: ${leak.sql}${set}\n    ${what}`)
}

const add = (under: PolicyUnderTest, figures: Figures): void => {
  addFigures(state.figures, figures)
  const name = under.name.replace(/^random-.*/, 'random')
  const known = state.byPolicy[name] ?? noFigures()
  addFigures(known, figures)
  state.byPolicy[name] = known
}

const begun = process.cpuUsage()
const cpuBefore = state.cpuSeconds
for (
  let rounds = values.minutes === undefined ? Number(values.seeds) : Number.POSITIVE_INFINITY;
  rounds > 0;
  rounds -= 1
) {
  if (Date.now() >= until) break
  const seed = state.nextSeed
  searchPolicies(analyzer, {
    seed,
    count: Number(values.count),
    random: Number(values.random),
    policy: values.policy,
    onLeak: (leak, search) => report(search, leak, seed),
    onFigures: add,
    isOver: () => Date.now() >= until,
  })
  state.nextSeed = seed + 1
  const { user, system } = process.cpuUsage(begun)
  state.cpuSeconds = cpuBefore + (user + system) / 1e6
  save()
}
if (values.json) console.log(JSON.stringify(state, null, 1))
else {
  console.log(printFigures(state.figures))
  console.log(
    `${state.cpuSeconds.toFixed(0)} s of CPU, ${((1000 * state.cpuSeconds) / Math.max(1, state.figures.counted)).toFixed(2)} ms a counted statement; next seed ${state.nextSeed}`,
  )
}
process.exitCode = state.leaks.length === 0 ? 0 : 1
