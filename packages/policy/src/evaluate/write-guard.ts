import type { AnalyzedStatement, DecisionReason, Effect, TableWrite } from '@snowfence/core'
import { seeFlow } from './column-decisions.ts'
import type { ColumnLens, SeenColumn } from './column-lens.ts'
import type { Guard, GuardInput } from './guards.ts'
import { reason } from './reasons.ts'

/**
 * A write must neither lose a classification nor put a mask where a value was, and what is written must not be seen with
 * less of a mask, or counted for somebody else, when it is read.
 */
export const writeGuard: Guard = (input) => [
  ...input.summary.writes.flatMap((write) => [
    ...write.columns.flatMap((column) => checkColumn(write, column, input)),
    ...checkSubject(write, input),
  ]),
  ...checkOtherEffects(input.summary, input.lens),
]

const checkColumn = (
  { table }: TableWrite,
  written: TableWrite['columns'][number],
  { lens, others }: GuardInput,
): DecisionReason[] => {
  const target = lens(`${table}.${written.name}`)
  const asRead = others.lens(target.column)
  const flowing = new Set(written.flows.map((flow) => flow.column))
  const flows = [
    ...written.flows,
    ...written.columns
      .filter((column) => !flowing.has(column))
      .map((column) => ({ column, via: 'derived' as const, functions: [] })),
  ]
    .filter((flow) => flow.via !== 'count')
    .map((flow) => seeFlow(flow, lens))
  const lost = flows.filter(({ seen }) => isHidden(seen) && !keepsClass(seen, target))
  const reasons = lost.map(({ seen }) =>
    reason('write-would-declassify', {
      message: `${seen.column} would be written to ${target.column}, which is ${describe(target)}: ${seen.because}`,
      hint: `write it to a column of ${describe(seen)}, or leave it out`,
    }),
  )
  reasons.push(
    ...flows
      .filter(({ seen }) => keepsClass(seen, target) && !hidesAsMuch(asRead, seen))
      .map(({ seen }) =>
        reason('write-would-declassify', {
          message: `${seen.column} would be written to ${target.column}, where a rule shows more of it: ${seen.because}`,
          hint: 'leave it out, or ask the owner of the policy to show as much of both',
        }),
      ),
  )
  // Anything but the value of a column of the same class is a literal, a bind, a computation or a copy out of somewhere
  // unclassified: from somebody who only ever saw the mask, most likely the mask.
  const fromItsClass =
    flows.length > 0 &&
    flows.every(
      ({ seen, via, functions }) => via === 'value' && functions.length === 0 && holdsClasses(seen, target),
    )
  if (target.classes.length > 0 && target.masks.length > 0 && !fromItsClass) {
    reasons.push(
      reason('write-over-classified', {
        message: `${target.column} is ${describe(target)}, and its new value is not the value of a column of that class`,
      }),
    )
  }
  return reasons
}

/** Whether a column hides everything that another one hides. */
const hidesAsMuch = (column: SeenColumn, other: SeenColumn): boolean =>
  column.masks.some(({ kind }) => kind === 'withhold') ||
  other.masks.every((mask) => column.masks.some((held) => JSON.stringify(held) === JSON.stringify(mask)))

/** Effects that change whose an existing row is, where they write the column that says it. */
const rewriting: ReadonlySet<Effect> = new Set(['update', 'merge', 'alter'])

/** Where data subjects are limited, all rows of a table could be said to be one person's. */
const checkSubject = (
  { table, effect, columns }: TableWrite,
  { classifier, others }: GuardInput,
): DecisionReason[] => {
  const subject = classifier.subjectOf(table)
  const { subjectsPerDay, subjectsPerTask } = others.limitsOf(table)
  if (subjectsPerDay === undefined && subjectsPerTask === undefined) return []
  if (!rewriting.has(effect) || !columns.some(({ name }) => name === subject)) return []
  return [
    reason('subject-not-countable', {
      message: `the policy limits data subjects, and ${table}.${subject} says whose data a row is: it may be inserted and not changed`,
      hint: `leave ${subject} out`,
    }),
  ]
}

/** Its own classification hides it, whether or not a rule reveals it to this asker. */
const isHidden = (seen: SeenColumn): boolean =>
  seen.classes.length > 0 || seen.unclassified === 'withhold' || seen.unclassified === 'deny'

/** Whether whoever reads the target is held to at least the classes of the source. */
const keepsClass = (source: SeenColumn, target: SeenColumn): boolean => {
  if (source.classes.length === 0) return isHidden(target)
  return holdsClasses(target, source)
}

/** Whether `column` is of every class that `other` is of. */
const holdsClasses = (column: SeenColumn, other: SeenColumn): boolean =>
  other.classes.every((cls) => column.classes.some((held) => held.name === cls.name))

const describe = (seen: SeenColumn): string =>
  seen.classes.length === 0
    ? seen.unclassified === null
      ? 'listed as clear'
      : 'not classified'
    : `of class ${seen.classes.map((cls) => cls.name).join(' and ')}`

// Effects whose values end in outputs or written columns, where masks and classes follow them.
const traced = new Set<Effect>([
  'select',
  'insert',
  'update',
  'delete',
  'merge',
  'truncate',
  'create',
  // What is dropped goes nowhere.
  'drop',
  'metadata',
])

/** Any other effect (export, call, session, …) takes what it touches to where no mask follows. */
const checkOtherEffects = (summary: AnalyzedStatement, lens: ColumnLens): DecisionReason[] => {
  const untraced = summary.effects.filter((effect) => !traced.has(effect))
  if (untraced.length === 0) return []
  const touched = summary.reads.flatMap(({ table, columns }) =>
    columns.map((column) => lens(`${table}.${column}`)),
  )
  return touched
    .filter((seen) => seen.masks.length > 0)
    .map((seen) =>
      reason('classified-in-effect', {
        message: `${seen.column} would leave by \`${untraced.join('`, `')}\`, where no mask follows it: ${seen.because}`,
        hint: `leave ${seen.column} out`,
      }),
    )
}
