import { shownMetadataOf } from '../catalogue/metadata-columns.ts'
import { classify } from '../classify/classify.ts'
import type { Edit } from './edit.ts'
import type { ReadConstruct } from './read-construct.ts'
import type { TokenReader } from './token-reader.ts'

/** Holds a character that the strict lexer refuses, so that no text can write it. */
const nameOf = (step: number): string => `"\u0001step ${step}"`

const QUERY_WORDS = new Set(['SELECT', 'WITH'])
const METADATA_WORDS = new Set(['SHOW', 'DESCRIBE', 'DESC'])
const BEFORE_TABLE = new Set(['FROM', 'JOIN'])

/**
 * `SELECT … ->> SELECT … FROM $1`: the result of a query is a table for the next one, and `$2` that of the one before it. The
 * parser is given each query but the last as a common table. Snowflake runs every step whether or not it is asked for, and
 * the analysis looks at every common table whether or not it is read. Of a result of SHOW or DESCRIBE that table has the
 * columns that are shown.
 * Source: Snowflake, Flow operators.
 */
export const readPipeline: ReadConstruct = (at, reader) => {
  const pipes = topLevelPipes(reader)
  // The first of them reads them all.
  if (pipes[0] !== at) return []
  const starts = [0, ...pipes.map((pipe) => pipe + 1)]
  const isOfMetadata = METADATA_WORDS.has(reader.word(0))
  if (!starts.slice(isOfMetadata ? 1 : 0).every((start) => QUERY_WORDS.has(reader.word(start)))) return []
  const results = readResults(starts, reader)
  if (results === null) return []
  const last = pipes.at(-1)!
  const hasTables = reader.word(last + 1) === 'WITH'
  const isRecursive = hasTables && reader.word(last + 2) === 'RECURSIVE'
  return [
    {
      from: 0,
      to: isOfMetadata ? at : 1,
      instead: `WITH ${isRecursive ? 'RECURSIVE ' : ''}${nameOf(0)} AS (${
        isOfMetadata ? metadataQuery(at, reader) : reader.written(0)
      }`,
    },
    ...pipes.slice(0, -1).map((pipe, index) => ({
      from: pipe,
      to: pipe + 1,
      instead: `), ${nameOf(index + 1)} AS (`,
    })),
    hasTables
      ? { from: last, to: last + (isRecursive ? 3 : 2), instead: '), ' }
      : { from: last, to: last + 1, instead: ') ' },
    ...results,
  ]
}

const metadataQuery = (end: number, { text, tokens }: TokenReader): string => {
  const { kind } = classify({ text, tokens: tokens.slice(0, end), comments: [], problem: null })
  return `SELECT ${shownMetadataOf(kind)
    .map((name) => `NULL AS "${name}"`)
    .join(', ')}`
}

export const topLevelPipes = (reader: TokenReader): readonly number[] =>
  reader.tokens.flatMap((_, index) =>
    reader.sign(index) === '->>' && reader.opening(index) < 0 ? [index] : [],
  )

/** Each `$1` as the name of its table; null where one stands for something else. */
const readResults = (starts: readonly number[], reader: TokenReader): readonly Edit[] | null => {
  const edits: Edit[] = []
  let step = 0
  for (let index = 0; index < reader.tokens.length; index += 1) {
    while (index >= (starts[step + 1] ?? Number.POSITIVE_INFINITY)) step += 1
    const [, back] = /^\$(\d+)$/.exec(reader.written(index)) ?? []
    if (back === undefined || reader.tokens[index]?.kind !== 'placeholder') continue
    const source = step - Number(back)
    const isTable = BEFORE_TABLE.has(reader.word(index - 1)) && reader.word(index - 2) !== 'DISTINCT'
    if (!isTable || source < 0 || source === step) return null
    edits.push({ from: index, to: index + 1, instead: nameOf(source) })
  }
  return edits
}
