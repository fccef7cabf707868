import type { RelationColumn } from '../catalogue/catalogue-index.ts'
import { bareFunctions, presentDays } from '../functions/builtin-names.ts'
import { callOutcome } from '../functions/function-table.ts'
import { writeName } from '../lexer/identifier.ts'
import { type Identifier, placeOf } from '../parser/identifier-node.ts'
import { Refusal } from '../refusal.ts'
import { integerType } from '../types/sql-type.ts'
import { mayBeMadeUp } from './made-up-name.ts'
import { nearestName } from './nearest-name.ts'
import { refuseRepeated } from './repeated-column.ts'
import { columnsNamed, type Relation, type Scope } from './scope.ts'
import { refuseUnplaced } from './unplaced-column.ts'
import { eitherOf, rootless, unknownConstant, type Value } from './value.ts'

/** The value of a column by its name, which may be qualified. @throws Refusal for an unknown or ambiguous one */
export const resolveColumn = (identifiers: readonly Identifier[], scope: Scope): Value => {
  for (const identifier of identifiers) scope.context.findings.visit(identifier)
  const last = identifiers.at(-1)!
  const names = identifiers.map(({ name }) => name)
  const [first] = identifiers
  const isPosition = last.quote === null && last.name.startsWith('$')
  const position = isPosition ? /^\$(\d+)$/.exec(last.name) : null
  const found =
    position !== null
      ? findPosition(names.slice(0, -1), Number(position[1]), scope, first!)
      : names.length === 1
        ? findUnqualified(last, scope)
        : findQualified(names, scope, first!)
  if (found === null)
    throw new Refusal('unknown-column', {
      detail: writeName(names),
      place: placeOf(first!),
      nearest: nearestColumn(names, scope),
    })
  return found
}

/** The column of a relation in sight that is written most like a name. */
const nearestColumn = (names: readonly string[], scope: Scope): string | null => {
  const qualifier = names.slice(0, -1)
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    const relations = at.relations.filter((relation) => isCalled(relation, qualifier))
    const nearest = nearestName(
      names.at(-1)!,
      relations.flatMap(({ columns }) => columns.map(({ name }) => name)),
    )
    if (nearest !== null) return writeName([nearest])
  }
  return null
}

const columnsIn = (relations: readonly Relation[], name: string): readonly RelationColumn[] => {
  const found: RelationColumn[] = []
  for (const relation of relations) for (const column of columnsNamed(relation, name)) found.push(column)
  return found
}

/**
 * Looks a bare name up from the inside out. A name that is both a column and an alias of the select list may be
 * either: which one Snowflake takes depends on the clause, and a column must never be lost.
 */
const findUnqualified = (identifier: Identifier, scope: Scope): Value | null => {
  const { name } = identifier
  const parameter = scope.parameters?.get(name)
  if (parameter !== undefined) return parameter
  scope.context.findings.spend(scope.relations.length)
  const merged = scope.merged.get(name)
  const columns = merged === undefined ? columnsIn(scope.relations, name) : []
  const alias = scope.aliases?.find(name, scope.context.findings) ?? null
  if (columns.length > 1 && alias === null) {
    throw new Refusal('ambiguous-column', { detail: writeName([name]), place: placeOf(identifier) })
  }
  scope.context.findings.readColumns(columns)
  const found: readonly Value[] = [...(merged === undefined ? [] : [merged]), ...columns]
  if (found.length > 0) return eitherOf(alias === null ? found : [...found, alias])
  const other = findElsewhere(identifier, alias, scope)
  // The one that Snowflake takes may be a column that has no name here.
  const isMadeUp =
    scope.aliases?.mayHaveMadeUp(name) === true ||
    scope.relations.some((relation) => mayBeMadeUp(name, relation.columns))
  if (other !== null && isMadeUp)
    throw new Refusal('ambiguous-column', { detail: writeName([name]), place: placeOf(identifier) })
  return other
}

/** Where no relation of a SELECT has a column of the name. */
const findElsewhere = (identifier: Identifier, alias: Value | null, scope: Scope): Value | null => {
  const { name } = identifier
  if (name === 'LEVEL' && scope.isHierarchical) return rootless(integerType)
  const outer = scope.parent === null ? null : findUnqualified(identifier, scope.parent)
  if (alias !== null) return outer === null ? alias : eitherOf([alias, outer])
  if (outer !== null) return outer
  return identifier.quote === null && scope.parent === null ? findPseudoColumn(name, scope) : null
}

/** What looks like a column and is none, wherever no column has the name. */
const findPseudoColumn = (name: string, { context }: Scope): Value | null => {
  if (bareFunctions.has(name)) {
    context.findings.functions.add(name)
    return { ...rootless(callOutcome(name, []).type), isPresentDay: presentDays.has(name) }
  }
  return name === 'DEFAULT' ? unknownConstant : null
}

/** Whether a relation may be called by these parts: its alias, or the end of its full name. */
export const isCalled = ({ names }: Relation, qualifier: readonly string[]): boolean =>
  qualifier.length <= names.length &&
  qualifier.every((part, index) => names[names.length - qualifier.length + index] === part)

const findQualified = (names: readonly string[], scope: Scope, first: Identifier): Value | null => {
  const qualifier = names.slice(0, -1)
  const name = names.at(-1)!
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    scope.context.findings.spend(at.relations.length)
    const relations = at.relations.filter((relation) => isCalled(relation, qualifier))
    if (relations.length === 0) {
      refusePath(names, at, first)
      continue
    }
    const columns = columnsIn(relations, name)
    if (columns.length > 1)
      throw new Refusal('ambiguous-column', { detail: writeName(names), place: placeOf(first) })
    scope.context.findings.readColumns(columns)
    return columns[0] ?? null
  }
  if (name === 'NEXTVAL') {
    scope.context.findings.functions.add('NEXTVAL')
    return rootless(integerType)
  }
  return null
}

const HOLDING_OTHERS = new Set(['variant', 'object', 'unknown'])

/** `v.a` may be a path into a column of the inner query, and not a column of a relation further out. */
const refusePath = (names: readonly string[], { relations }: Scope, first: Identifier): void => {
  const column = columnsIn(relations, names[0]!).find(({ type }) => HOLDING_OTHERS.has(type.family))
  if (column !== undefined)
    throw new Refusal('ambiguous-column', { detail: writeName(names), place: placeOf(first) })
}

/** `$2` and `t.$2` count the columns of the one relation they can mean. */
const findPosition = (
  qualifier: readonly string[],
  position: number,
  scope: Scope,
  first: Identifier,
): Value | null => {
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    const relations =
      qualifier.length === 0 ? at.relations : at.relations.filter((relation) => isCalled(relation, qualifier))
    if (relations.length === 0) continue
    if (relations.length > 1)
      throw new Refusal('ambiguous-column', { detail: `$${position}`, place: placeOf(first) })
    const [relation] = relations
    refuseRepeated(relation!.columns)
    refuseUnplaced(relation!.columns)
    const column = relation!.columnAt?.(position) ?? relation!.columns[position - 1]
    if (column === undefined) return null
    scope.context.findings.readColumns([column])
    return column
  }
  return null
}
