import type { RelationColumn } from '../catalogue/catalogue-index.ts'
import { writeName } from '../lexer/identifier.ts'
import { type Identifier, placeOf, readIdentifier } from '../parser/identifier-node.ts'
import {
  isAbsent,
  isObject,
  type Json,
  listOf,
  openNode,
  textOf,
  unknownSyntax,
  variantOf,
} from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { isCalled } from './column-reference.ts'
import { resolveExpression } from './expression.ts'
import { refuseUnnamed } from './made-up-name.ts'
import { nearestName } from './nearest-name.ts'
import { type ObjectName, readObjectName } from './object-name.ts'
import { refuseRepeated } from './repeated-column.ts'
import type { Relation, Scope } from './scope.ts'
import type { Value } from './value.ts'

const OPTION_FIELDS = new Set(['opt_ilike', 'opt_exclude', 'opt_replace', 'opt_rename'])
const ILIKE_FIELDS = new Set(['pattern'])
const REPLACE_FIELDS = new Set(['items'])
const REPLACEMENT_FIELDS = new Set(['expr', 'column_name'])
const REPLACEMENT_IDLE = new Set(['as_keyword'])
const RENAME_FIELDS = new Set(['ident', 'alias'])

/**
 * The columns of `*` or `t.*` with its options, in Snowflake's order: ILIKE or EXCLUDE choose, REPLACE computes,
 * RENAME names. Source: Snowflake, SELECT.
 */
export const expandStar = (
  qualifier: Json | null,
  options: Json | null,
  scope: Scope,
): readonly RelationColumn[] => {
  const all = qualifier === null ? allColumns(scope) : columnsOf(qualifiedName(qualifier, scope), scope)
  const columns = options === null ? all : applyOptions(all, options, scope)
  for (const { lineage } of columns) scope.context.findings.spend(1 + lineage.size)
  scope.context.findings.readColumns(columns)
  return columns
}

/** `fn(*)` and `fn(t.*)`: every column is an argument. */
export const expandArgumentStar = (
  qualifier: Json | null,
  options: Json | null,
  scope: Scope,
): readonly Value[] => {
  const columns = expandStar(qualifier, options, scope)
  refuseRepeated(columns)
  return columns
}

/**
 * The columns that USING or NATURAL made one come once, in front. Snowflake documents neither that nor their order: where
 * they could also stand in the order of either side, or where the first of each stands, no place is known.
 */
const allColumns = (scope: Scope): readonly RelationColumn[] => {
  if (scope.relations.length === 0) throw new Refusal('unknown-columns-of-relation', { detail: '*' })
  const columns = scope.relations.flatMap(columnsOfRelation)
  if (scope.merged.size === 0) return columns
  const merged = [...scope.merged].map(([name, value]) => ({ ...value, name }))
  const all = [...merged, ...columns.filter(({ name }) => !scope.merged.has(name))]
  return hasOneOrder(all, columns, scope)
    ? all
    : all.map((column) => ({ ...column, isUnplaced: true as const }))
}

const hasOneOrder = (
  all: readonly RelationColumn[],
  columns: readonly RelationColumn[],
  { merged }: Scope,
): boolean => {
  const fromLeft = firstOfEach(columns, merged)
  // From the right the shared columns alone may stand in another order.
  const shared = (from: readonly RelationColumn[]) =>
    firstOfEach(from, merged).flatMap(({ name }) => (merged.has(name) ? [name] : []))
  const fromRight = shared(columns.toReversed()).reverse()
  return (
    all.every(({ name }, index) => name === fromLeft[index]?.name) &&
    shared(columns).every((name, index) => name === fromRight[index])
  )
}

/** Every column, and of those that are one the first. */
const firstOfEach = (
  columns: readonly RelationColumn[],
  merged: ReadonlyMap<string, Value>,
): readonly RelationColumn[] => {
  const seen = new Set<string>()
  return columns.filter(({ name }) => {
    if (!merged.has(name)) return true
    if (seen.has(name)) return false
    seen.add(name)
    return true
  })
}

const columnsOfRelation = ({ columns, columnAt }: Relation): readonly RelationColumn[] => {
  if (columnAt !== undefined) throw new Refusal('unknown-columns-of-relation', { detail: 'a stage' })
  return columns
}

const qualifiedName = (value: Json, scope: Scope): ObjectName => {
  if (Array.isArray(value)) return readObjectName(value, scope.context.findings)
  const { name, body } = variantOf(value, 'a star')
  return name === 'ObjectName' ? readObjectName(body, scope.context.findings) : unknownSyntax('a star')
}

const columnsOf = ({ parts, place }: ObjectName, scope: Scope): readonly RelationColumn[] => {
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    const relations = at.relations.filter((relation) => isCalled(relation, parts))
    if (relations.length > 1)
      throw new Refusal('ambiguous-column', { detail: `${writeName(parts)}.*`, place })
    if (relations[0] !== undefined) return columnsOfRelation(relations[0])
  }
  throw new Refusal('unknown-table', { detail: writeName(parts), place })
}

const applyOptions = (
  columns: readonly RelationColumn[],
  options: Json,
  scope: Scope,
): readonly RelationColumn[] => {
  const node = openNode(options, 'a star', OPTION_FIELDS)
  if ([...OPTION_FIELDS].some((option) => !isAbsent(node[option]))) refuseRepeated(columns)
  let chosen = columns
  if (!isAbsent(node.opt_ilike)) {
    const pattern = textOf(openNode(node.opt_ilike, 'ILIKE', ILIKE_FIELDS).pattern, 'ILIKE')
    if (pattern.includes('\\')) return unknownSyntax('ILIKE with an escape')
    refuseUnnamed(chosen, 'ILIKE')
    chosen = chosen.filter(({ name }) => matchesLike(name, pattern))
  }
  if (!isAbsent(node.opt_exclude)) chosen = exclude(chosen, node.opt_exclude!, scope)
  if (!isAbsent(node.opt_replace)) chosen = replace(chosen, node.opt_replace!, scope)
  if (!isAbsent(node.opt_rename)) chosen = rename(chosen, node.opt_rename!, scope)
  return chosen
}

/** ILIKE without regular expressions, whose backtracking a crafted pattern could exploit. Linear but for `%`. */
const matchesLike = (name: string, pattern: string): boolean => {
  let at = 0
  let patternAt = 0
  let star = -1
  let retry = 0
  while (at < name.length) {
    const expected = pattern[patternAt]
    if (expected === '%') {
      star = patternAt
      retry = at
      patternAt += 1
    } else if (expected === '_' || expected?.toUpperCase() === name[at]!.toUpperCase()) {
      at += 1
      patternAt += 1
    } else if (star >= 0) {
      retry += 1
      at = retry
      patternAt = star + 1
    } else return false
  }
  while (pattern[patternAt] === '%') patternAt += 1
  return patternAt === pattern.length
}

/** What REPLACE and RENAME call columns of a star. */
export const namesOfStar = (options: Json): readonly string[] => {
  if (!isObject(options)) return []
  const replaced = isAbsent(options.opt_replace) ? [] : replacementsOf(options.opt_replace)
  const renamed = isAbsent(options.opt_rename) ? [] : oneOrMany(options.opt_rename!, 'RENAME')
  return [
    ...replaced.map((item) => openNode(item, 'REPLACE', REPLACEMENT_FIELDS, REPLACEMENT_IDLE).column_name),
    ...renamed.map((item) => openNode(item, 'RENAME', RENAME_FIELDS).alias),
  ].map((name) => readIdentifier(name).name)
}

const replacementsOf = (value: Json | undefined): readonly Json[] =>
  listOf(openNode(value, 'REPLACE', REPLACE_FIELDS).items, 'REPLACE')

/** A name in an option must be one of the star's columns: otherwise the text means something else than we read. */
const findNamed = (columns: readonly RelationColumn[], identifier: Identifier, scope: Scope): string => {
  scope.context.findings.visit(identifier)
  if (columns.some(({ name }) => name === identifier.name)) return identifier.name
  const nearest = nearestName(
    identifier.name,
    columns.map(({ name }) => name),
  )
  throw new Refusal('unknown-column', {
    detail: writeName([identifier.name]),
    place: placeOf(identifier),
    nearest: nearest === null ? null : writeName([nearest]),
  })
}

const oneOrMany = (value: Json, what: string): readonly Json[] => {
  const { name, body } = variantOf(value, what)
  if (name === 'Single') return [body]
  return name === 'Multiple' ? listOf(body, what) : unknownSyntax(what)
}

const exclude = (
  columns: readonly RelationColumn[],
  value: Json,
  scope: Scope,
): readonly RelationColumn[] => {
  const excluded = new Set<RelationColumn>()
  for (const item of oneOrMany(value, 'EXCLUDE')) {
    const { identifiers, parts } = readObjectName(item, scope.context.findings)
    const name = findNamed(columns, identifiers.at(-1)!, scope)
    const named = columns.filter((column) => column.name === name)
    const ofTable = identifiers.length === 1 ? named : ofRelation(named, parts.slice(0, -1), scope)
    for (const column of ofTable) excluded.add(column)
  }
  return columns.filter((column) => !excluded.has(column))
}

/** `EXCLUDE t.c` drops one of several columns of the name. */
const ofRelation = (
  columns: readonly RelationColumn[],
  parts: readonly string[],
  scope: Scope,
): readonly RelationColumn[] => {
  const relations = scope.relations.filter((relation) => isCalled(relation, parts))
  const own = new Set(relations.flatMap((relation) => relation.columns))
  const found = columns.filter((column) => own.has(column))
  return found.length === 0 || relations.length !== 1 ? unknownSyntax('EXCLUDE with a qualified name') : found
}

const replace = (
  columns: readonly RelationColumn[],
  value: Json,
  scope: Scope,
): readonly RelationColumn[] => {
  const replacements = new Map<string, Value>()
  for (const item of replacementsOf(value)) {
    const { expr, column_name: name } = openNode(item, 'REPLACE', REPLACEMENT_FIELDS, REPLACEMENT_IDLE)
    replacements.set(findNamed(columns, readIdentifier(name), scope), resolveExpression(expr, scope))
  }
  return columns.map((column) => {
    const value = replacements.get(column.name)
    return value === undefined ? column : { ...value, name: column.name }
  })
}

const rename = (columns: readonly RelationColumn[], value: Json, scope: Scope): readonly RelationColumn[] => {
  const names = new Map<string, string>()
  for (const item of oneOrMany(value, 'RENAME')) {
    const { ident, alias } = openNode(item, 'RENAME', RENAME_FIELDS)
    const newName = readIdentifier(alias)
    scope.context.findings.visit(newName)
    names.set(findNamed(columns, readIdentifier(ident), scope), newName.name)
  }
  return columns.map((column) => {
    const name = names.get(column.name)
    return name === undefined ? column : { ...column, name }
  })
}
