import type { RelationColumn } from '../catalogue/catalogue-index.ts'
import { writeName } from '../lexer/identifier.ts'
import { placeOf } from '../parser/identifier-node.ts'
import { type Json, unknownSyntax } from '../parser/node.ts'
import { type Place, Refusal } from '../refusal.ts'
import { compute, mixed } from './compute.ts'
import { equated } from './equated.ts'
import { type JoinKind, markSides } from './join-sides.ts'
import { mergeLineages } from './lineage.ts'
import { refuseMadeUpCommon } from './made-up-name.ts'
import { readObjectName } from './object-name.ts'
import { refuseRepeated } from './repeated-column.ts'
import { columnsNamed, type Relation, type Scope } from './scope.ts'
import { eitherOf } from './value.ts'

/**
 * USING and NATURAL join on columns of the same name and make them one, whose value may come from either side.
 *
 * @param using - the names of USING, or null for NATURAL, which takes every name that both sides have
 * @param before - how many relations stand to the left of the join
 */
export const mergeColumns = (
  using: readonly Json[] | null,
  before: number,
  kind: JoinKind,
  scope: Scope,
): void => {
  scope.context.findings.spend(scope.relations.length)
  const left = scope.relations.slice(0, before)
  const right = scope.relations.slice(before)
  for (const { name, place } of using === null ? commonNames(left, right, scope) : namesOf(using, scope)) {
    const merged = scope.merged.get(name)
    const first = merged ?? onlyColumn(left, name, place)
    const second = onlyColumn(right, name, place)
    const { findings } = scope.context
    findings.readColumns([first, second])
    const equal = findings.at('join', () =>
      compute('=', [first, second], scope, equated([first, second], scope)),
    )
    findings.use('join', markSides(equal.lineage, kind, before, scope))
    scope.namedJoins.push({ name, kind, before, end: scope.relations.length })
    scope.merged.set(name, {
      ...eitherOf([first, second]),
      lineage:
        kind !== 'inner' ? mixed([first, second], 'USING') : mergeLineages([first.lineage, second.lineage]),
    })
  }
}

interface NamedColumn {
  readonly name: string
  readonly place: Place | null
}

const namesOf = (using: readonly Json[], scope: Scope): readonly NamedColumn[] =>
  using.map((item) => {
    const { identifiers } = readObjectName(item, scope.context.findings)
    const [identifier] = identifiers
    if (identifier === undefined || identifiers.length > 1) return unknownSyntax('USING')
    return { name: identifier.name, place: placeOf(identifier) }
  })

const commonNames = (
  left: readonly Relation[],
  right: readonly Relation[],
  scope: Scope,
): readonly NamedColumn[] => {
  for (const { columns } of [...left, ...right]) refuseRepeated(columns)
  refuseMadeUpCommon(
    left.flatMap(({ columns }) => columns),
    right.flatMap(({ columns }) => columns),
  )
  const known = new Set(scope.merged.keys())
  for (const { columns } of left) for (const { name } of columns) known.add(name)
  scope.context.findings.spend(known.size)
  const names = new Set(right.flatMap(({ columns }) => columns.map(({ name }) => name)))
  return [...known].filter((name) => names.has(name)).map((name) => ({ name, place: null }))
}

const onlyColumn = (relations: readonly Relation[], name: string, place: Place | null): RelationColumn => {
  const found = relations.flatMap((relation) => columnsNamed(relation, name))
  if (found.length === 1) return found[0]!
  throw new Refusal(found.length === 0 ? 'unknown-column' : 'ambiguous-column', {
    detail: writeName([name]),
    place,
  })
}
