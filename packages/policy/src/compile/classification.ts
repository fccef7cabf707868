import type { ColumnName, IdentifierKind, Mask } from '@snowfence/core'
import type { ClassDefinition, PolicyDocument, UnclassifiedTreatment } from '../document/policy-document.ts'
import { CLEAR } from '../document/policy-document.ts'
import { compileGlob } from '../naming/glob.ts'
import { compileNamePattern, type NamePattern } from '../naming/name-pattern.ts'
import { normalizeName, splitColumnName, splitName } from '../naming/qualified-name.ts'
import type { ColumnTags } from './column-tags.ts'
import { synonymsOf } from './function-synonyms.ts'
import { identifierOf, statedIdentifierOf } from './identifier-of.ts'
import { remember } from './remember.ts'
import { type Uses, usesFrom } from './use-reach.ts'

export interface CompiledClass {
  readonly name: string
  readonly mask: Mask
  readonly uses: Uses
  /** The mask of a function's result; null shows it. A function that is not here withholds. */
  readonly functions: ReadonlyMap<string, Mask | null>
  /** Functions whose results are known to whoever sees the mask. */
  readonly forms: ReadonlySet<string>
  readonly identifier: IdentifierKind
  /** Null where the class does not tell, and `identifier` is only the strictest reading. */
  readonly statedIdentifier: IdentifierKind | null
}

/** What the policy says about one column, before any rule. */
export interface Classification {
  readonly table: string
  /** Empty when nobody classified it. Sorted by name. */
  readonly classes: readonly CompiledClass[]
  /** A resource listed it, a tag or pattern caught it; else the default for unclassified columns holds. */
  readonly unclassified: UnclassifiedTreatment | null
}

/** A column's classification and its table's subject, by name. Remembers what it was asked. */
export interface Classifier {
  classify(column: ColumnName): Classification
  /** The subject column of a table; null states that its rows are about nobody; undefined that nothing is stated. */
  subjectOf(table: string): string | null | undefined
  /** The columns of a table that the policy lists, in its order, by their full names. */
  listedColumns(table: string): readonly ColumnName[]
}

const compileClass = (name: string, definition: ClassDefinition): CompiledClass => {
  const { functions, mask } = definition
  const listed = Array.isArray(functions)
    ? functions.map((called) => [called, mask] as const)
    : Object.entries(functions)
  const named = new Set(listed.map(([called]) => called))
  const open = definition.forms.filter((form) => !named.has(form)).map((form) => [form, null] as const)
  const allowed = [...listed, ...open]
  return {
    name,
    mask,
    uses: usesFrom(definition.uses),
    // The analysis may tell a function by another of its names than the policy does.
    functions: new Map([
      ...allowed.flatMap(([called, shown]) => synonymsOf(called).map((known) => [known, shown] as const)),
      // What a policy says of a function by that name comes before what it says of the kind.
      ...allowed,
    ]),
    forms: new Set(definition.forms),
    identifier: identifierOf(name, definition),
    statedIdentifier: statedIdentifierOf(name, definition),
  }
}

export const compileClassifier = (document: PolicyDocument, tags: ColumnTags | undefined): Classifier => {
  const classes = new Map(
    Object.entries(document.classes).map(([name, definition]) => [name, compileClass(name, definition)]),
  )
  const resources = document.resources.map((resource) => ({
    pattern: compileNamePattern(resource.table)!,
    subject: typeof resource.subject === 'string' ? normalizeName(resource.subject)! : resource.subject,
    unclassified: resource.unclassified,
    columns: new Map(Object.entries(resource.columns).map(([name, cls]) => [normalizeName(name)!, cls])),
  }))
  const patterns = document.patterns.map((entry) => ({
    glob: compileGlob(entry.column, { ignoreCase: true }),
    tables: entry.tables?.map((table) => compileNamePattern(table)!) ?? null,
    class: entry.class,
  }))
  const columnTags = new Map(
    Object.entries(tags ?? {}).map(([column, values]) => [
      normalizeName(column) ?? column,
      new Map(Object.entries(values).map(([tag, value]) => [normalizeName(tag) ?? tag, value])),
    ]),
  )
  const tagRules = document.tags.map((entry) => ({ ...entry, tag: normalizeName(entry.tag) ?? entry.tag }))
  // Tags that the policy relies on and nobody read are unknown, and unknown is not clean.
  const tagsUnknown = document.tags.length > 0 && tags === undefined

  const bySource = (table: string, column: string): string[] => {
    const listed = resources.flatMap((resource) =>
      resource.pattern.matches(table) ? (resource.columns.get(column) ?? []) : [],
    )
    if (listed.length > 0) return listed
    const values = columnTags.get(`${table}.${column}`)
    const tagged = tagRules.filter(({ tag, value }) =>
      value === undefined ? values?.has(tag) : values?.get(tag) === value,
    )
    const stored = splitName(column)?.[0] ?? column
    const named = patterns.filter(
      ({ glob, tables }) =>
        glob.matches(stored) &&
        (tables === null || tables.some((pattern: NamePattern) => pattern.matches(table))),
    )
    return [...tagged, ...named].map((entry) => entry.class)
  }

  const treatmentOf = (table: string): UnclassifiedTreatment => {
    const stated = resources.flatMap((resource) =>
      resource.unclassified !== undefined && resource.pattern.matches(table) ? resource.unclassified : [],
    )
    const strictest = (['deny', 'withhold', 'allow'] as const).find((treatment) => stated.includes(treatment))
    const treatment = strictest ?? document.unclassified ?? 'withhold'
    return tagsUnknown && treatment === 'allow' ? 'withhold' : treatment
  }

  const classify = (name: ColumnName): Classification => {
    const { table, column } = splitColumnName(name)
    const found = new Set(bySource(table, column))
    if (found.size === 0) return { table, classes: [], unclassified: treatmentOf(table) }
    found.delete(CLEAR)
    return {
      table,
      classes: [...found].sort().map((cls) => classes.get(cls)!),
      unclassified: null,
    }
  }

  const subjectOf = (table: string): string | null | undefined => {
    const stated = resources.filter(
      (resource) => resource.subject !== undefined && resource.pattern.matches(table),
    )
    return (
      stated.find((resource) => resource.subject !== null)?.subject ?? (stated.length > 0 ? null : undefined)
    )
  }

  const listedColumns = (table: string): readonly ColumnName[] =>
    resources.flatMap(({ pattern, columns }) =>
      pattern.matches(table) ? [...columns.keys()].map((column) => `${table}.${column}`) : [],
    )

  return {
    classify: remember(classify),
    subjectOf: remember(subjectOf),
    listedColumns: remember(listedColumns),
  }
}
