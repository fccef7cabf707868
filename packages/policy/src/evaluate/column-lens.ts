import type { AnalyzedStatement, ColumnName, IdentifierKind, Mask } from '@snowfence/core'
import type { Classifier, CompiledClass } from '../compile/classification.ts'
import type { CompiledPermit } from '../compile/compiled-rule.ts'
import type { CompiledPolicy } from '../compile/policy.ts'
import { remember } from '../compile/remember.ts'
import { commonUses, type Uses } from '../compile/use-reach.ts'
import type { UnclassifiedTreatment } from '../document/policy-document.ts'

/** How one base column is seen by one asker: the policy's classes, seen through the permits of this statement. */
export interface SeenColumn {
  readonly column: ColumnName
  readonly table: string
  readonly classes: readonly CompiledClass[]
  readonly unclassified: UnclassifiedTreatment | null
  /** Everything that hides a part of its value. None shows it, and lets it be used anywhere. */
  readonly masks: readonly Mask[]
  /** The same for what a function makes of it. A function that a class does not list withholds. */
  functionMasks(name: string): readonly Mask[]
  /** Whether something may be computed from it by this function. */
  allowsFunction(name: string): boolean
  /** Whether the result of this function is known, so that anything may be computed from it and hang on it. */
  knowsForm(name: string): boolean
  readonly uses: Uses | 'all'
  readonly identifiers: readonly IdentifierKind[]
  /** The rules that reveal it. */
  readonly revealedBy: readonly string[]
  /** Why it has this mask. */
  readonly because: string
}

export type ColumnLens = (column: ColumnName) => SeenColumn

const withhold: Mask = { kind: 'withhold' }

export const createColumnLens = (
  { classifier, index }: Pick<CompiledPolicy, 'classifier' | 'index'>,
  permits: readonly CompiledPermit[],
  { reads, acrossRows }: Pick<AnalyzedStatement, 'reads' | 'acrossRows'>,
): ColumnLens => {
  // Where rows of a table meet, two dates of it may be of two rows: days between them are of no one row.
  const meeting = new Set(
    reads.flatMap(({ table, occurrences = 1 }) => (occurrences > 1 || acrossRows.length > 0 ? table : [])),
  )
  const seen = new Map<ColumnName, SeenColumn>()
  const permitsFor = remember((table) => {
    const about = index.about('select', table)
    return permits.filter((permit) => about.has(permit))
  })
  return (column) => {
    const known = seen.get(column)
    if (known !== undefined) return known
    const computed = look(classifier, permitsFor, column, meeting)
    seen.set(column, computed)
    return computed
  }
}

const look = (
  classifier: Classifier,
  permitsFor: (table: string) => readonly CompiledPermit[],
  column: ColumnName,
  meeting: ReadonlySet<string>,
): SeenColumn => {
  const { table, classes, unclassified } = classifier.classify(column)
  const nameHere = (name: string): string => (name === 'STAY' && meeting.has(table) ? 'DATEDIFF' : name)
  const here = permitsFor(table)
  const names = classes.map((cls) => cls.name)
  if (classes.length === 0) {
    const hidden = unclassified === 'withhold' || unclassified === 'deny'
    const masks = hidden ? [withhold] : []
    return {
      column,
      table,
      classes,
      unclassified,
      masks,
      functionMasks: () => masks,
      allowsFunction: () => !hidden,
      knowsForm: () => !hidden,
      uses: hidden ? new Map() : 'all',
      identifiers: [],
      revealedBy: [],
      because: hidden
        ? `${column} is not classified, and columns that are not are withheld`
        : unclassified === 'allow'
          ? `${column} is not classified, and the policy shows such columns`
          : `${column} is listed as clear`,
    }
  }
  const revealing = here.filter((permit) => names.some((name) => permit.reveal.has(name)))
  const covered = classes.filter((cls) => !revealing.some((permit) => permit.reveal.has(cls.name)))
  const tightened = here.flatMap((permit) => names.flatMap((name) => permit.rule.masks?.[name] ?? []))
  const masks = [...covered.map((cls) => cls.mask), ...tightened]
  // A class that a rule reveals and another one tightens still hides something: its functions are as limited as ever.
  const hiding = classes.filter(
    (cls) => covered.includes(cls) || here.some((permit) => permit.rule.masks?.[cls.name] !== undefined),
  )
  const label = `${column} is of class ${names.join(' and ')}`
  const revealedBy = revealing.map((permit) => permit.rule.id)
  return {
    column,
    table,
    classes,
    unclassified,
    masks,
    functionMasks: (name) => [
      ...hiding.flatMap(({ functions }) =>
        functions.has(nameHere(name)) ? (functions.get(nameHere(name)) ?? []) : withhold,
      ),
      ...tightened,
    ],
    allowsFunction: (name) => hiding.every(({ functions }) => functions.has(nameHere(name))),
    knowsForm: (name) => tightened.length === 0 && hiding.every(({ forms }) => forms.has(nameHere(name))),
    uses: masks.length === 0 ? 'all' : commonUses(hiding.map(({ uses }) => uses)),
    identifiers: classes.map((cls) => cls.identifier),
    revealedBy,
    because:
      masks.length === 0
        ? `${label}, which ${revealedBy.join(' and ')} reveals`
        : tightened.length > 0
          ? `${label}, tightened by a rule`
          : label,
  }
}
