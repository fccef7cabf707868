/** How often a row of the tables of judgements and failures was met. */
export interface Hits {
  /** In a counted statement. */
  counted: number
  /** In a counted statement, where a classified value takes part in it. */
  touching: number
  /** In any statement, allowed or not, where a classified value takes part in it. */
  tried: number
}

/** What a search did. A counted statement is one that is allowed and touches what is classified. */
export interface Figures {
  /** Different texts. Each is tried under every policy. */
  texts: number
  /** Statements under a policy. */
  generated: number
  refusedByCompiler: number
  denied: number
  notUnderstood: number
  untouched: number
  counted: number
  runs: number
  leaks: number
  constructs: Record<string, Hits>
  places: Record<string, number>
}

export const noFigures = (): Figures => ({
  texts: 0,
  generated: 0,
  refusedByCompiler: 0,
  denied: 0,
  notUnderstood: 0,
  untouched: 0,
  counted: 0,
  runs: 0,
  leaks: 0,
  constructs: {},
  places: {},
})

export const hitsOf = ({ constructs }: Figures, construct: string): Hits => {
  const hits = constructs[construct] ?? { counted: 0, touching: 0, tried: 0 }
  constructs[construct] = hits
  return hits
}

const numbers = [
  'texts',
  'generated',
  'refusedByCompiler',
  'denied',
  'notUnderstood',
  'untouched',
  'counted',
  'runs',
  'leaks',
] as const

export const addFigures = (into: Figures, more: Figures): void => {
  for (const name of numbers) into[name] += more[name]
  for (const [place, count] of Object.entries(more.places))
    into.places[place] = (into.places[place] ?? 0) + count
  for (const [construct, { counted, touching, tried }] of Object.entries(more.constructs)) {
    const known = hitsOf(into, construct)
    known.counted += counted
    known.touching += touching
    known.tried += tried
  }
}

export const printFigures = (figures: Figures): string => {
  const { generated, refusedByCompiler, counted, denied, leaks, runs } = figures
  const share = ((100 * counted) / Math.max(1, generated - refusedByCompiler)).toFixed(1)
  const rows = Object.entries(figures.constructs)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, hits]) =>
        `  ${name.padEnd(36)} ${String(hits.counted).padStart(9)} ${String(hits.touching).padStart(9)} ${String(hits.tried).padStart(9)}`,
    )
  return [
    `${counted} statements that are allowed and touch a class (${share} % of ${generated - refusedByCompiler}), ${denied} denied`,
    `${figures.texts} different texts, each under every policy`,
    `${runs} runs on a warehouse, ${leaks} answered differently`,
    `  ${'row of the tables'.padEnd(36)} ${'counted'.padStart(9)} ${'touching'.padStart(9)} ${'tried'.padStart(9)}`,
    ...rows,
  ].join('\n')
}
