import type {
  AnalyzedStatement,
  ColumnDecision,
  ColumnName,
  Mask,
  OutputColumn,
  StatementSummary,
} from '@snowfence/core'
import { createGovernedError } from '../driver/driver-error.ts'
import type { DriverColumn } from '../driver/snowflake-driver.ts'
import { classifyStatusColumn } from './status-result.ts'

/** One column of a result as it came back, with the mask that its position carries. */
export interface ResultColumn {
  readonly name: string
  /** The driver's type name: `text`, `fixed`, `date`, `timestamp_ntz`, `variant`, … */
  readonly type: string
  readonly mask: Mask | null
  /** A rule reveals the column's classes: its values are shown as they are. */
  readonly isRevealed: boolean
  /** Tokens of one class can be joined with each other, and with no other's. */
  readonly domain: string
  /** The names of the columns whose values it shows: `name` may be an alias that hides what it is. */
  readonly sourceNames?: readonly string[]
  /** Its values come from stored numbers, times and truth values alone. */
  readonly isOfTextlessColumns?: boolean
  /** Its values are stored names of the person that a row is about. */
  readonly holdsSubjectName?: boolean
  /** Its name is a value of a table, and is not recorded. */
  readonly isNamedByValue?: boolean
  /** Its texts are stored ones, searched for the names in their row. */
  readonly isSearchedForNames?: boolean
}

const mismatch = (message: string) => createGovernedError('ERR_RESULT_SHAPE_MISMATCH', { message })

const matches = (output: OutputColumn, column: DriverColumn): boolean =>
  output.name === null || output.name === column.getName()

/** `CLINIC.PUBLIC.PATIENTS."first name"`: the last part, as it is stored. */
const lastPart = (column: ColumnName): string => {
  const [, quoted, plain] = /(?:"((?:[^"]|"")*)"|([^".]*))$/.exec(column) ?? []
  return quoted?.replaceAll('""', '"') ?? plain ?? ''
}

const textless = new Set(['number', 'float', 'boolean', 'date', 'timestamp', 'timestamp-zoned', 'time'])

/**
 * What lineage knows of a column beside its mask. A text is searched for names only where it is a stored one: the writer
 * of a statement would learn by what is replaced in a text of theirs whether it is somebody's name.
 */
const describeOrigin = (
  { flows }: OutputColumn,
  { mask, storedIdentifiers: stored }: ColumnDecision,
): Pick<ResultColumn, 'sourceNames' | 'isOfTextlessColumns' | 'holdsSubjectName' | 'isSearchedForNames'> => ({
  sourceNames: flows.filter(({ via }) => via === 'value').map(({ column }) => lastPart(column)),
  isOfTextlessColumns: flows.length > 0 && flows.every(({ type }) => textless.has(type ?? 'unknown')),
  holdsSubjectName: stored?.includes('name') === true,
  isSearchedForNames: stored !== undefined && mask?.kind === 'scrub',
})

/**
 * Pairs the columns that came back with the masks that were decided, by position.
 *
 * The analysis foresaw every output column. A result with other columns was not understood, so a mask could land on
 * the wrong one, and no row of it is released.
 *
 * @throws GovernedError ERR_RESULT_SHAPE_MISMATCH
 */
export const checkResultShape = (
  summary: StatementSummary,
  decided: readonly ColumnDecision[],
  columns: readonly DriverColumn[],
): readonly ResultColumn[] => {
  if (summary.status !== 'analyzed') throw mismatch('a statement that was not understood has no result')
  if (summary.outputs.length === 0) {
    return columns.map((column) => {
      const shown = classifyStatusColumn(summary, column.getName())
      if (shown === null) throw mismatch('the statement returned columns whose origin is not known')
      return {
        name: column.getName(),
        type: column.getType(),
        mask: shown === 'withheld' ? { kind: 'withhold' } : null,
        isRevealed: false,
        domain: '',
      }
    })
  }
  if (decided.length !== summary.outputs.length)
    throw mismatch('the decision does not cover every output column')
  const outputs = repeatOutput(summary.outputs, summary.outputs, columns.length)
  const decisions = repeatOutput(decided, summary.outputs, columns.length)
  if (describesObjects(summary)) return pairByName(summary, decided, columns)
  if (columns.length !== outputs.length)
    throw mismatch(`the result has ${columns.length} columns, and ${outputs.length} were foreseen`)
  return columns.map((column, index) => {
    const output = outputs[index]!
    const decision = decisions[index]!
    if (!matches(output, column) || decision.name !== output.name)
      throw mismatch(`column ${index + 1} of the result is not the one that was foreseen`)
    return decidedColumn(column, output, decision)
  })
}

/** Gives the output that stands for several columns as often as the result has columns for it. */
const repeatOutput = <Item>(
  items: readonly Item[],
  outputs: readonly OutputColumn[],
  columns: number,
): readonly Item[] => {
  const at = outputs.findIndex(({ repeats }) => repeats === true)
  const times = columns - (outputs.length - 1)
  if (at < 0 || times < 0) return items
  return [...items.slice(0, at), ...Array<Item>(times).fill(items[at]!), ...items.slice(at + 1)]
}

const decidedColumn = (
  column: DriverColumn,
  output: OutputColumn,
  decision: ColumnDecision,
): ResultColumn => ({
  name: column.getName(),
  type: column.getType(),
  mask: decision.mask,
  isRevealed: decision.mask === null && decision.classes.length > 0,
  domain: decision.classes.join('+'),
  ...(output.repeats && { isNamedByValue: true }),
  ...describeOrigin(output, decision),
})

const INFORMATION_SCHEMA = /\.INFORMATION_SCHEMA\.[A-Z_]+$/

/**
 * Whether a result tells of objects and of nothing else, by names that are all known and different. Snowflake adds columns
 * to the views of INFORMATION_SCHEMA, so a star of one has others than were foreseen.
 */
const describesObjects = ({ reads, outputs }: AnalyzedStatement): boolean => {
  const names = new Set(outputs.map(({ name }) => name))
  return (
    reads.length > 0 &&
    reads.every(({ table }) => INFORMATION_SCHEMA.test(table)) &&
    names.size === outputs.length &&
    !names.has(null)
  )
}

/** A column that was not foreseen is withheld. */
const pairByName = (
  { outputs }: AnalyzedStatement,
  decided: readonly ColumnDecision[],
  columns: readonly DriverColumn[],
): readonly ResultColumn[] => {
  const names = new Set(columns.map((column) => column.getName()))
  if (names.size !== columns.length) throw mismatch('two columns of the result have the same name')
  return columns.map((column) => {
    const index = outputs.findIndex(({ name }) => name === column.getName())
    const output = outputs[index]
    const decision = decided[index]
    if (output !== undefined && decision?.name === output.name) return decidedColumn(column, output, decision)
    return {
      name: column.getName(),
      type: column.getType(),
      mask: { kind: 'withhold' },
      isRevealed: false,
      domain: '',
    }
  })
}
