import { readIdentifier } from '../parser/identifier-node.ts'
import { isAbsent, isObject, type Json, openNode, unknownSyntax, variantOf } from '../parser/node.ts'
import { resolveExpression } from './expression.ts'
import type { MaybeNamed } from './made-up-name.ts'
import type { OutputColumn } from './query.ts'
import type { Scope } from './scope.ts'
import { SelectAliases } from './select-aliases.ts'
import { expandStar, namesOfStar } from './star.ts'
import { placed } from './unplaced-column.ts'
import { nullConstant } from './value.ts'

/** The columns of a select list, each with the item that it comes from. */
export interface Projection {
  readonly columns: readonly OutputColumn[]
  /** For each column, whether its item holds an aggregate function: GROUP BY ALL leaves those out. */
  readonly isAggregate: readonly boolean[]
}

const ALIASED_FIELDS = new Set(['expr', 'alias'])

/** The expressions of a select list that have a name of their own. */
export const itemAliases = (items: readonly Json[]): readonly (readonly [name: string, expression: Json])[] =>
  items.flatMap((item) => {
    const { name, body } = variantOf(item, 'SELECT')
    if (name !== 'ExprWithAlias') return []
    const { expr, alias } = openNode(body, 'SELECT', ALIASED_FIELDS)
    return [[readIdentifier(alias).name, expr!] as const]
  })

/** Resolves the items, again as long as one was used by name before its value was known. */
export const resolveProjection = (items: readonly Json[], scope: Scope): Projection => {
  const aliases = new SelectAliases(
    items.flatMap((item, index) => namesOf(item).map((name) => [name, index] as const)),
    items.flatMap(unnamedOf),
  )
  scope.aliases = aliases
  let resolved: readonly ResolvedItem[] = []
  for (let round = 0; aliases.needsAnotherRound(round); round += 1) {
    resolved = items.map((item, index) => {
      aliases.startItem(index)
      const columns = resolveItem(item, scope)
      aliases.finishItem(
        index,
        (name) => columns.columns.find((column) => column.name === name) ?? nullConstant,
      )
      return columns
    })
  }
  const columns: OutputColumn[] = []
  const isAggregate: boolean[] = []
  for (const item of resolved) {
    for (const column of item.columns) {
      columns.push(column)
      isAggregate.push(item.isAggregate)
    }
  }
  return { columns, isAggregate }
}

/** What an item may be called by: its alias, or what the options of a star call its columns. */
const namesOf = (item: Json): readonly string[] => {
  const { name, body } = variantOf(item, 'SELECT')
  if (name === 'ExprWithAlias' && isObject(body)) return [readIdentifier(body.alias).name]
  if (name === 'Wildcard') return namesOfStar(body)
  return name === 'QualifiedWildcard' && Array.isArray(body) ? namesOfStar(body[1] ?? null) : []
}

const UNNAMED: MaybeNamed = { name: null }

const unnamedOf = (item: Json): readonly MaybeNamed[] => {
  const { name, body } = variantOf(item, 'SELECT')
  return name === 'UnnamedExpr' && impliedName(body) === null ? [UNNAMED] : []
}

interface ResolvedItem {
  readonly columns: readonly OutputColumn[]
  readonly isAggregate: boolean
}

const resolveItem = (item: Json, scope: Scope): ResolvedItem => {
  const { name, body } = variantOf(item, 'SELECT')
  const sawBefore = scope.sawAggregate
  scope.sawAggregate = false
  const columns = resolveColumns(name, body, scope)
  const isAggregate = scope.sawAggregate
  scope.sawAggregate = sawBefore || isAggregate
  return { columns, isAggregate }
}

const resolveColumns = (kind: string, body: Json, scope: Scope): readonly OutputColumn[] => {
  switch (kind) {
    case 'UnnamedExpr':
      return [{ ...placed(resolveExpression(body, scope)), ...impliedNameOf(body) }]
    case 'ExprWithAlias': {
      const { expr, alias } = openNode(body, 'SELECT', ALIASED_FIELDS)
      const identifier = readIdentifier(alias)
      scope.context.findings.visit(identifier)
      return [{ ...placed(resolveExpression(expr, scope)), name: identifier.name }]
    }
    case 'Wildcard':
      return expandStar(null, body, scope)
    case 'QualifiedWildcard':
      return Array.isArray(body) && body.length === 2
        ? expandStar(body[0], body[1], scope)
        : unknownSyntax('SELECT')
    default:
      return unknownSyntax('SELECT')
  }
}

/** Whether Snowflake may make up a plain word: the name of a column that is written another way. */
const MAYBE_WORDS = new Set(['Nested', 'Prefixed', 'Prior', 'UnaryOp', 'Collate', 'Subquery'])

const impliedNameOf = (expression: Json): MaybeNamed => {
  const name = impliedName(expression)
  if (name !== null) return { name }
  const { name: kind, body } = variantOf(expression, 'an expression')
  const isMaybeWord = MAYBE_WORDS.has(kind) || (kind === 'Function' && isIdentifierCall(body))
  return isMaybeWord ? { name, isMaybeWord } : { name }
}

const isIdentifierCall = (body: Json): boolean => {
  const parts = isObject(body) ? body.name : undefined
  const [part] = Array.isArray(parts) && parts.length === 1 ? parts : []
  return isObject(part) && isObject(part.Identifier) && readIdentifier(part.Identifier).name === 'IDENTIFIER'
}

/** A plain column keeps its name; every other expression gets one that Snowflake makes up from its text. */
const impliedName = (expression: Json): string | null => {
  if (!isObject(expression)) return null
  if (!isAbsent(expression.Identifier)) return readIdentifier(expression.Identifier).name
  const parts = expression.CompoundIdentifier
  if (!Array.isArray(parts)) return null
  const last = readIdentifier(parts.at(-1))
  return last.quote === null && /^(?:\$\d+|NEXTVAL)$/.test(last.name) ? null : last.name
}
