import type {
  AnalyzedStatement,
  ColumnName,
  Observation,
  PinnedSubject,
  TableName,
  TableUse,
} from '@snowfence/core'
import { splitColumnName } from '../naming/qualified-name.ts'
import type { GuardInput } from './guards.ts'

/** Tables of which only rows of subjects that the statement itself names have any influence. */
export interface PinnedTables {
  readonly tables: ReadonlySet<TableName>
  /** The subjects that it names: they count before anything runs. */
  readonly subjects: readonly PinnedSubject[]
  /** Whether a conversion of a table's values may fail, and so tell whether it does for a row that WHERE leaves out. */
  readonly mayTellOfOthers: boolean
}

const none: PinnedTables = { tables: new Set(), subjects: [], mayTellOfOthers: false }

/**
 * A table is pinned where each use of it is: where its subject column equals a constant of the statement, or a column of the
 * same name in another pinned use, as DIAGNOSES by ENCOUNTER_ID beside ENCOUNTERS, of a table that the asker may not change.
 */
export const pinnedTables = ({
  summary,
  classifier,
  others,
}: Pick<GuardInput, 'summary' | 'classifier' | 'others'>): PinnedTables => {
  const { tableUses: uses = [] } = summary
  // What fails alone may fail for a row that WHERE leaves out.
  if (uses.length === 0 || summary.failsAlone) return none
  const subjectOf = (table: TableName): string | null => {
    const subject = classifier.subjectOf(table)
    return typeof subject === 'string' ? `${table}.${subject}` : null
  }
  const pinned = new Set<TableUse>()
  const isBound = ({ table, pins, equals }: TableUse): boolean => {
    const subject = subjectOf(table)
    return (
      pins.some(({ column }) => column === subject) ||
      equals.some(
        ({ column, use, to }) =>
          column === subject &&
          pinned.has(uses[use]!) &&
          !others.mayChange(uses[use]!.table) &&
          splitColumnName(to).column === splitColumnName(column).column,
      )
    )
  }
  for (let size = -1; size < pinned.size; ) {
    size = pinned.size
    for (const use of uses) if (isBound(use)) pinned.add(use)
  }
  const loose = new Set(uses.flatMap((use) => (pinned.has(use) ? [] : use.table)))
  const tables = new Set([...pinned].map(({ table }) => table))
  const failing = new Map(
    [...tables].map((table) => [table, failuresOf(table, subjectOf(table), summary)] as const),
  )
  return {
    tables: new Set(
      [...tables].filter((table) => !loose.has(table) && failing.get(table)!.every(isConversion)),
    ),
    mayTellOfOthers: [...failing.values()].some((failures) => failures.length > 0),
    subjects: uses.flatMap(({ table, pins }) => pins.filter(({ column }) => column === subjectOf(table))),
  }
}

/**
 * What of computing from a row may fail. The warehouse may compute from rows that WHERE leaves out, and then its failure
 * tells of them. An aggregate that collects any values fails by those of the rows that are left. A bind that pins is checked
 * before it is sent.
 */
const failuresOf = (
  table: TableName,
  subject: ColumnName | null,
  { observations }: AnalyzedStatement,
): readonly Observation[] =>
  observations.filter((observation) => {
    const { column, kind, by = '', byPin } = observation
    if ((kind !== 'fail' && by === '') || splitColumnName(column).table !== table) return false
    return !(byPin || collecting.has(by) || (column === subject && isComparison(observation)))
  })

/**
 * A conversion of a part of a stored document, such as `RESULT:value::float`. The writer chooses no row by it: that it fails
 * tells one thing about all rows of the table, for which the statement counts as one subject more.
 */
const isConversion = ({ kind, place, by = '', functions, chosen, against }: Observation): boolean =>
  kind === 'fail' &&
  (place === null || place === 'order') &&
  chosen !== true &&
  against === undefined &&
  converting.has(by) &&
  functions.includes(PATH) &&
  functions.every((name) => name === PATH || converting.has(name))
const PATH = ':'
const converting: ReadonlySet<string> = new Set(
  'CAST TO_DOUBLE TO_NUMBER TO_DECIMAL TO_NUMERIC TO_DATE TO_TIMESTAMP_NTZ AVG SUM MIN MAX MEDIAN ROUND'.split(
    ' ',
  ),
)

/** Others convert what they are given, row by row, as SUM does a text. */
const collecting: ReadonlySet<string> = new Set(['ARRAYAGG', 'ARRAY_AGG', 'LISTAGG'])

/** A number beside a constant: whether they can be compared hangs on the constant alone. */
const isComparison = ({ kind, place, by = '', functions, against }: Observation): boolean =>
  kind === 'fail' &&
  place === 'filter' &&
  (by === '=' || by === 'IN') &&
  against === undefined &&
  functions.every((name) => name === by)
