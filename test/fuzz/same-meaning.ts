import type { AnalyzedStatement, Catalog, StatementSummary } from '@snowfence/core'
import { createSqlAnalyzer, type SqlAnalyzer } from '@snowfence/sql'
import { NAMES, StatementMaker, tables } from './name-statement.ts'
import { madeColumns, ownWords, parserWords, reservedWords } from './parser-words.ts'
import { SeededRandom } from './seeded-random.ts'

/** A statement that is analysed otherwise when it is written another way, though it means the same. */
export interface MeaningFinding {
  readonly way: string
  readonly plain: string
  readonly written: string
  readonly about: string
}

export interface MeaningFigures {
  readonly statements: number
  /** Of the statements that many are analysed as they are. */
  readonly analyzed: number
  readonly compared: number
  /** Of the other ways to write them that many are refused. */
  readonly refused: number
  readonly findings: readonly MeaningFinding[]
}

const unreserved = parserWords.filter((word) => !reservedWords.has(word) && !madeColumns.has(word))
const pickWord = (random: SeededRandom): string => random.pick(random.next() < 0.4 ? ownWords : unreserved)

const plainName = (number: number): string => `N${number}`

/** How one statement is written: its names, its blanks, its brackets. */
interface Writing {
  readonly way: string
  readonly names: readonly string[]
  readonly write: (text: string, random: SeededRandom) => string
}

const nameText = (names: readonly string[]) => (text: string) =>
  text.replace(/§(\d)§/g, (_, number) => names[Number(number)]!)
const withoutMarks = (text: string): string => text.replace(/[⟦⟧]/g, '')
const plainNames = Array.from({ length: NAMES }, (_, number) => plainName(number))

const BLANKS = ['\n', '\r\n', '\t', ' /* ) , ? § 😀 */ ', ' -- \' " ?\n', ' // /* 😀\n', '  ', '/**/ ']

const writings: readonly ((random: SeededRandom) => Writing)[] = [
  (random) => {
    const names = [...plainNames]
    names[random.below(NAMES)] = pickWord(random)
    return { way: 'a word for a name', names, write: (text) => nameText(names)(withoutMarks(text)) }
  },
  (random) => {
    const names = plainNames.map(() => pickWord(random))
    return { way: 'words for all names', names, write: (text) => nameText(names)(withoutMarks(text)) }
  },
  (random) => {
    const names = [...plainNames]
    names[random.below(NAMES)] = random.pick(parserWords.filter((word) => !madeColumns.has(word)))
    const write = (text: string) => nameText(names.map((name) => `"${name}"`))(withoutMarks(text))
    return { way: 'a word in double quotes', names, write }
  },
  () => ({
    way: 'double quotes',
    names: plainNames,
    write: (text, random) =>
      withoutMarks(text).replace(/§(\d)§/g, (_, number) =>
        random.next() < 0.5 ? `"${plainName(number)}"` : plainName(number),
      ),
  }),
  () => ({
    way: 'letters',
    names: plainNames,
    write: (text, random) =>
      nameText(plainNames)(withoutMarks(text)).replace(/'[^']*'|[a-zA-Z]/g, (part) =>
        part.length > 1 ? part : random.next() < 0.5 ? part.toLowerCase() : part.toUpperCase(),
      ),
  }),
  () => ({
    way: 'blanks',
    names: plainNames,
    write: (text, random) =>
      nameText(plainNames)(withoutMarks(text)).replace(/ /g, () =>
        random.next() < 0.4 ? random.pick(BLANKS) : ' ',
      ),
  }),
  () => ({
    way: 'brackets',
    names: plainNames,
    write: (text, random) => {
      const open: boolean[] = []
      const written = text.replace(/[⟦⟧]/g, (mark) => {
        if (mark === '⟧') return open.pop() === true ? ' )' : ''
        open.push(random.next() < 0.5)
        return open.at(-1) === true ? '( ' : ''
      })
      return nameText(plainNames)(written)
    },
  }),
]

const catalogOf = (names: readonly string[]): Catalog => ({
  C: {
    P: Object.fromEntries(
      [...tables].map(([table, columns]) => [
        names[table]!,
        { columns: columns.map((column) => ({ name: names[column]!, type: 'NUMBER(38,0)' })) },
      ]),
    ),
  },
})

/** Facts of a summary that hang on neither the names nor the places, in one order. */
const factsOf = (summary: AnalyzedStatement, names: readonly string[], text: string): string => {
  const numbers = new Map(names.map((name, number) => [name, plainName(number)]))
  const rename = (part: string): string => numbers.get(part.replace(/^"(.*)"$/, '$1')) ?? part
  const plain = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') {
      if (value.startsWith('OVER PARTITION BY ')) return 'OVER PARTITION BY'
      return key === 'name'
        ? rename(value)
        : value.startsWith('C.P.')
          ? value.split('.').map(rename).join('.')
          : value
    }
    if (Array.isArray(value)) {
      const parts = value.map((part) => plain(part, key))
      const isOrdered = key === 'outputs' || key === 'tableUses'
      return isOrdered
        ? parts
        : parts.sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1))
    }
    if (typeof value !== 'object' || value === null) return value
    // Whether constants are many hangs on which flows are remembered: the same text may be told either.
    if ('start' in value && 'end' in value) return text.slice(Number(value.start), Number(value.end))
    return Object.fromEntries(
      Object.entries(value).map(([field, part]) => [
        field,
        plain(part, field === 'columns' && key === 'reads' ? 'name' : field),
      ]),
    )
  }
  const { outputs, reads, uses, tableUses, observations, acrossRows, aggregation, rowLimit, failsAlone } =
    summary
  return JSON.stringify(
    plain(
      { outputs, reads, uses, tableUses, observations, acrossRows, aggregation, rowLimit, failsAlone },
      '',
    ),
  )
}

/** Writes statements in other ways that mean the same to Snowflake. Each must be analysed alike, or refused. */
export const searchMeanings = async (options: {
  readonly count: number
  readonly seed: number
  readonly onProgress?: (figures: MeaningFigures) => void
}): Promise<MeaningFigures> => {
  const analyzer: SqlAnalyzer = await createSqlAnalyzer()
  const random = new SeededRandom(options.seed)
  const maker = new StatementMaker(random)
  const analyze = (text: string, names: readonly string[]): StatementSummary =>
    analyzer.analyze(text, { catalog: catalogOf(names), database: 'C', schema: 'P' }).summary
  const findings: MeaningFinding[] = []
  let [analyzed, compared, refused] = [0, 0, 0]
  for (let statements = 1; ; statements += 1) {
    const figures: MeaningFigures = { statements: statements - 1, analyzed, compared, refused, findings }
    if (statements > options.count) return figures
    if (statements % 5_000 === 0) options.onProgress?.(figures)
    const made = maker.make()
    const plain = nameText(plainNames)(withoutMarks(made))
    const expected = analyze(plain, plainNames)
    if (expected.status !== 'analyzed') continue
    analyzed += 1
    const facts = factsOf(expected, plainNames, plain)
    for (const makeWriting of writings) {
      const { way, names, write } = makeWriting(random)
      if (new Set(names).size < names.length) continue
      const written = write(made, random)
      compared += 1
      const found = analyze(written, names)
      if (found.status !== 'analyzed') refused += 1
      else {
        const about = factsOf(found, names, written)
        if (about !== facts) findings.push({ way, plain, written, about: differenceOf(facts, about) })
      }
    }
  }
}

const differenceOf = (expected: string, found: string): string => {
  let at = 0
  while (expected[at] === found[at]) at += 1
  const from = Math.max(0, at - 60)
  return `${expected.slice(from, at + 80)} <> ${found.slice(from, at + 80)}`
}
