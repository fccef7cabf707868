import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { createSqlAnalyzer } from '@snowfence/sql'
import { readCatalog, readVectors, sessionOf, textOf } from '../conformance/sql/vector.ts'
import { printFigure } from './print-figure.ts'

/**
 * Bare parse, analysis and repeated analysis of the same texts, side by side:
 * `node --conditions=snowfence-source test/bench/sql.bench.ts [--json] [--rounds N]`.
 *
 * The bare parse is the parser library's own; the parse inside of an analysis goes through our glue and costs less. The three
 * alternate in one warm process. An analysis is cold because its text was never seen before (a blank more each time,
 * which costs nothing to parse). Medians of CPU time, which other processes change less than the time of a clock.
 */
const { values: flags } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '60' } },
})
const rounds = Number(flags.rounds)
const warmUp = Math.ceil(rounds / 2)

interface Library {
  init(): Promise<void>
  readonly Parser: { parse(text: string, dialect: string): unknown }
}

const requireFromSql = createRequire(new URL('../../packages/sql/package.json', import.meta.url))
const library = requireFromSql('@guanmingchiu/sqlparser-ts') as Library
await library.init()
const analyzer = await createSqlAnalyzer()

/** Microseconds of CPU time of this process, its collector and its compiler included. */
const time = (run: () => unknown): number => {
  const start = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(start)
  return user + system
}

const median = (values: readonly number[]): number =>
  [...values].sort((left, right) => left - right)[values.length >> 1] ?? Number.NaN

for (const theme of ['agent-queries', 'tpch', 'tpcds']) {
  const catalog = readCatalog(theme)
  const vectors = readVectors(theme)
  const measured = vectors.map(() => ({
    parse: [] as number[],
    cold: [] as number[],
    repeated: [] as number[],
  }))
  for (let round = 0; round < warmUp + rounds; round += 1) {
    for (const [index, vector] of vectors.entries()) {
      const options = { catalog, ...sessionOf(vector) }
      const text = `${textOf(vector)}${' '.repeat(round)}`
      const parse = time(() => library.Parser.parse(text, 'snowflake'))
      const cold = time(() => analyzer.analyze(text, options))
      const repeated = time(() => analyzer.analyze(text, options))
      if (round < warmUp) continue
      measured[index]?.parse.push(parse)
      measured[index]?.cold.push(cold)
      measured[index]?.repeated.push(repeated)
    }
  }
  const medians = measured.map(({ parse, cold, repeated }) => ({
    parse: median(parse),
    cold: median(cold),
    repeated: median(repeated),
  }))
  const name = `sql: ${vectors.length} texts of ${theme}`
  const tell = (figure: string, value: number, unit: string, goal?: number) =>
    printFigure({ name, figure, value, unit, ...(goal === undefined ? {} : { goal }) }, flags.json)
  tell('parse', median(medians.map(({ parse }) => parse)), 'µs')
  tell('analysis', median(medians.map(({ cold }) => cold)), 'µs')
  tell('repeated', median(medians.map(({ repeated }) => repeated)), 'µs')
  tell('analysis / parse', median(medians.map(({ parse, cold }) => cold / parse)), 'x', 2.2)
}
