import { type Catalog, type MaskKind, maskAppliesTo } from '@snowfence/core'
import { CLEAR } from '../document/policy-document.ts'
import type { Finding } from '../document/policy-problem.ts'
import { compileGlob } from '../naming/glob.ts'
import { compileNamePattern } from '../naming/name-pattern.ts'
import { normalizeName, quoteName, splitName } from '../naming/qualified-name.ts'
import type { CheckOptions } from './check-policy.ts'
import { nearest } from './nearest.ts'
import type { PolicyParts } from './policy-parts.ts'

interface KnownTable {
  readonly name: string
  /** Type by column in normal form; null where the catalogue tells no type. */
  readonly columns: ReadonlyMap<string, string | null>
  /** A view with its definition: its columns are seen through to those of its tables. */
  readonly isView: boolean
}

/** What the policy names exists in the warehouse, and each mask can show something of the columns it is for. */
export const checkAgainstCatalog = (parts: PolicyParts, { catalog }: CheckOptions): Finding[] => {
  if (catalog === undefined) return []
  const tables = tablesOf(catalog)
  const masks = new Map(parts.classes.map(({ name, value }) => [name, value.mask.kind]))
  return [
    ...checkResources(parts, tables, masks),
    ...checkPatterns(parts, tables, masks),
    ...checkRuleResources(parts, tables),
  ]
}

type MaskByClass = ReadonlyMap<string, MaskKind>

const checkResources = (parts: PolicyParts, tables: readonly KnownTable[], masks: MaskByClass): Finding[] =>
  parts.resources.flatMap(({ value, path }) => {
    if (isInformationSchema(value.table)) return []
    const pattern = compileNamePattern(value.table)!
    const matching = tables.filter((table) => pattern.matches(table.name))
    if (matching.length === 0) {
      const close = nearest(
        normalizeName(value.table) ?? value.table,
        tables.map((table) => table.name),
      )
      return [
        {
          severity: 'error',
          code: 'unknown-table',
          message: `no table of the catalogue is \`${value.table}\``,
          hint: close === null ? 'correct the name, or remove the resource' : `did you mean \`${close}\`?`,
          path: [...path, 'table'],
        },
      ]
    }
    const named = [
      ...Object.entries(value.columns).map(([column, cls]) => ({
        column,
        mask: masks.get(cls),
        at: ['columns', column],
        atKey: true,
      })),
      ...(typeof value.subject === 'string'
        ? [{ column: value.subject, mask: undefined, at: ['subject'], atKey: false }]
        : []),
    ]
    return [
      ...named.flatMap(({ column, mask, at, atKey }) =>
        checkColumn(matching, column, mask, { path: [...path, ...at], atKey }),
      ),
      ...checkView(matching, Object.values(value.columns), path),
    ]
  })

/** Classes are looked for where a view's values come from, so one that stands at the view alone protects nothing. */
const checkView = (
  tables: readonly KnownTable[],
  classes: readonly string[],
  path: readonly PropertyKey[],
): Finding[] => {
  if (!tables.every(({ isView }) => isView) || classes.every((name) => name === CLEAR)) return []
  return [
    {
      severity: 'warning',
      code: 'view-classified',
      message: `${tables.map(({ name }) => name).join(', ')} is a view, and its columns are shown as those of its tables`,
      hint: 'classify the columns of the tables that the view is made of',
      path: [...path, 'columns'],
      atKey: true,
    },
  ]
}

const checkPatterns = (parts: PolicyParts, tables: readonly KnownTable[], masks: MaskByClass): Finding[] => {
  const listed = parts.resources.map(({ value }) => ({
    pattern: compileNamePattern(value.table)!,
    columns: new Set(Object.keys(value.columns).map((column) => normalizeName(column))),
  }))
  return parts.patterns.flatMap(({ value, path }) => {
    const glob = compileGlob(value.column, { ignoreCase: true })
    const mask = masks.get(value.class)
    if (mask === undefined) return []
    const patterns = value.tables?.map((table) => compileNamePattern(table)!) ?? null
    return tables
      .filter((table) => patterns === null || patterns.some((pattern) => pattern.matches(table.name)))
      .flatMap((table) =>
        [...table.columns].flatMap(([column, type]) => {
          const caught =
            glob.matches(splitName(column)?.[0] ?? column) &&
            !listed.some((known) => known.pattern.matches(table.name) && known.columns.has(column))
          if (!caught || type === null || maskAppliesTo(mask, type)) return []
          return mismatch(mask, `${table.name}.${column}`, type, { path: [...path, 'class'] })
        }),
      )
  })
}

/** A rule may speak of a table that does not exist yet, so this is only pointed out. */
const checkRuleResources = (parts: PolicyParts, tables: readonly KnownTable[]): Finding[] =>
  parts.rules.flatMap(({ value: rule, path }) =>
    rule.resources.flatMap((text, index): Finding[] => {
      const pattern = compileNamePattern(text)
      if (pattern === null || pattern.everything || /^(?:stage|function):/i.test(text)) return []
      if (isInformationSchema(text)) return []
      if (rule.actions.includes('create') || tables.some((table) => pattern.matches(table.name))) return []
      return [
        {
          severity: 'warning',
          code: 'unknown-table',
          message: `no table of the catalogue is \`${text}\``,
          hint: 'correct the name, or remove it from the rule',
          path: [...path, 'resources', index],
        },
      ]
    }),
  )

const mismatch = (
  mask: MaskKind,
  column: string,
  type: string,
  place: Pick<Finding, 'path' | 'atKey'>,
): Finding => ({
  severity: 'error',
  code: 'mask-type-mismatch',
  message: `the mask \`${mask}\` cannot apply to ${column}, which is ${type}`,
  hint: 'use `withhold`, or a mask that the type allows',
  ...place,
})

const checkColumn = (
  tables: readonly KnownTable[],
  column: string,
  mask: MaskKind | undefined,
  place: Pick<Finding, 'path' | 'atKey'>,
): Finding[] => {
  const name = normalizeName(column)!
  const having = tables.filter((table) => table.columns.has(name))
  if (having.length === 0) {
    const close = nearest(
      name,
      tables.flatMap((table) => [...table.columns.keys()]),
    )
    return [
      {
        severity: 'error',
        code: 'unknown-column',
        message: `\`${column}\` is not a column of ${tables.map((table) => table.name).join(', ')}`,
        hint: close === null ? 'correct the name, or remove the column' : `did you mean \`${close}\`?`,
        ...place,
      },
    ]
  }
  return having.flatMap((table) => {
    const type = table.columns.get(name)
    if (mask === undefined || type === null || type === undefined || maskAppliesTo(mask, type)) return []
    return mismatch(mask, `${table.name}.${name}`, type, place)
  })
}

/** In every database, and in no catalogue of tables. Snowflake: docs.snowflake.com/en/sql-reference/info-schema. */
const isInformationSchema = (pattern: string): boolean => splitName(pattern)?.[1] === 'INFORMATION_SCHEMA'

const tablesOf = (catalog: Catalog): KnownTable[] =>
  Object.entries(catalog).flatMap(([database, schemas]) =>
    Object.entries(schemas).flatMap(([schema, tables]) =>
      Object.entries(tables).map(([table, entry]) => ({
        name: [database, schema, table].map(quoteName).join('.'),
        isView: !Array.isArray(entry) && entry.definition !== undefined,
        columns: new Map(
          (Array.isArray(entry) ? entry : entry.columns).map((column) =>
            typeof column === 'string' ? [quoteName(column), null] : [quoteName(column.name), column.type],
          ),
        ),
      })),
    ),
  )
