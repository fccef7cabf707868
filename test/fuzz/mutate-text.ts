import type { SeededRandom } from './seeded-random.ts'

/** Put into literals and comments: wherever it turns up at all, a literal has leaked. */
export const literalMarker = 'ZQXLITERAL'
/** Put into names that no catalogue has: wherever it turns up in what is recorded, redaction has failed. */
export const nameMarker = 'ZQXNAME'

const hostile = [
  "'",
  '"',
  '`',
  '$$',
  '$x$',
  '/*',
  '*/',
  '--',
  '//',
  '\\',
  '\r',
  '\n',
  '\u0000',
  '\u200b',
  '\u00a0',
  '\ufeff',
  '\u2019',
  '\uff08',
  '\ud83d',
  '#',
  ';',
  '?',
  ':1',
  '$1',
  '@',
  '(',
  ')',
  '[',
  '::',
  ':a.b',
  '->',
  '=>',
  '(+)',
  '*',
  '.',
  ',',
  '||',
  '1e',
  "E'",
] as const

const words = [
  'select',
  'from',
  'where',
  'with recursive',
  'union all by name',
  'exclude (ssn)',
  'rename ssn as x',
  'qualify',
  'over (order by ssn)',
  'within group (order by ssn)',
  'lateral flatten(input => result) f',
  "identifier('patients')",
  'table(result_scan(last_query_id()))',
  'pivot (sum(cost) for department in (any))',
  'asof join',
  'using (patient_id)',
  'connect by prior staff_id = manager_id',
  'limit 5',
  'distinct',
  'into',
  'values',
  'null',
  'patients',
  'ssn',
  'copy into @s from',
  'case when',
  'end',
  'exists (select 1)',
] as const

const splitTokens = (text: string): string[] =>
  text.match(/\s+|\w+|'(?:[^'\\]|\\.|'')*'|"[^"]*"|[\s\S]/g) ?? []

type Mutation = (tokens: string[], random: SeededRandom, corpus: readonly string[]) => string[]

const insertAt = (tokens: string[], index: number, ...inserted: readonly string[]): string[] => [
  ...tokens.slice(0, index),
  ...inserted,
  ...tokens.slice(index),
]

const mutations: readonly Mutation[] = [
  (tokens, random) => tokens.toSpliced(random.below(tokens.length), 1),
  (tokens, random) => tokens.toSpliced(random.below(tokens.length), 1 + random.below(8)),
  (tokens, random) => tokens.slice(0, random.below(tokens.length)),
  (tokens, random) => insertAt(tokens, random.below(tokens.length), random.pick(hostile)),
  (tokens, random) => insertAt(tokens, random.below(tokens.length), ' ', random.pick(words), ' '),
  (tokens, random) => insertAt(tokens, random.below(tokens.length), `'${literalMarker}'`),
  (tokens, random) => insertAt(tokens, random.below(tokens.length), ` ${nameMarker} `),
  (tokens, random) =>
    insertAt(tokens, random.below(tokens.length), ` "${nameMarker} ${random.pick(hostile)}" `),
  (tokens, random) => insertAt(tokens, random.below(tokens.length), `/* ${literalMarker} */`),
  (tokens, random) => insertAt(tokens, random.below(tokens.length), `-- ${literalMarker}\n`),
  (tokens, random) => tokens.with(random.below(tokens.length), random.pick(tokens)),
  (tokens, random) => tokens.with(random.below(tokens.length), random.pick(words)),
  (tokens, random) => {
    const from = random.below(tokens.length)
    return insertAt(tokens, from, ...tokens.slice(from, from + 1 + random.below(12)))
  },
  (tokens, random) => {
    const from = random.below(tokens.length)
    const slice = tokens.slice(from, from + 1 + random.below(4))
    return insertAt(tokens, from, ...Array.from({ length: 1 + random.below(200) }, () => slice).flat())
  },
  (tokens, random, corpus) => {
    const other = splitTokens(random.pick(corpus))
    return [...tokens.slice(0, random.below(tokens.length)), ...other.slice(random.below(other.length))]
  },
  (tokens, random, corpus) => insertAt(tokens, random.below(tokens.length), ` (${random.pick(corpus)}) `),
  (tokens) => ['select * from (', ...tokens, ')'],
  (tokens, random) => {
    const index = random.below(tokens.length)
    const token = tokens[index] ?? ''
    return tokens.with(index, random.next() < 0.5 ? token.toUpperCase() : `"${token}"`)
  },
]

/** One of `corpus` after one to five mutations. */
export const mutateText = (corpus: readonly string[], random: SeededRandom): string => {
  let tokens = splitTokens(random.pick(corpus))
  for (let left = 1 + random.below(5); left > 0; left -= 1) {
    if (tokens.length === 0) tokens = ['select']
    tokens = random.pick(mutations)(tokens, random, corpus)
  }
  return tokens.join('')
}
