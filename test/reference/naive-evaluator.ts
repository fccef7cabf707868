import type { AnalyzedStatement, Mask, UsePlace } from '@snowfence/core'
import type { PolicyDocument, Rule } from '@snowfence/policy'

export interface NaiveRequest {
  readonly groups: readonly string[]
  readonly purpose: string
  readonly summary: AnalyzedStatement
}

export interface NaiveDecision {
  readonly decision: 'allow' | 'deny' | 'needs-approval'
  readonly masks: readonly (Mask['kind'] | null)[]
}

/**
 * What a decision is, written to be read and not to be fast: rules with groups and purposes, tables by name, one
 * class a column. The evaluator of `@snowfence/policy` must agree with it wherever both can speak.
 */
export const naiveEvaluate = (
  document: PolicyDocument,
  { groups, purpose, summary }: NaiveRequest,
): NaiveDecision => {
  const speaks = (rule: Rule): boolean =>
    (rule.purposes?.includes(purpose) ?? true) &&
    (rule.principals?.groups?.some((group) => groups.includes(group)) ?? true)
  const isAbout = (rule: Rule, effect: string, table: string): boolean =>
    rule.actions.some((action) => action === effect) &&
    rule.resources.some((text) => text === '*' || text === table || isBelow(table, text))
  const rules = document.rules.filter(speaks)
  const demands = [
    ...summary.reads.map(({ table }) => ['select', table] as const),
    ...summary.writes.map(({ table, effect }) => [effect, table] as const),
  ]
  const about = demands.map((demand) => rules.filter((rule) => isAbout(rule, ...demand)))

  if (about.flat().some((rule) => rule.effect === 'forbid')) return { decision: 'deny', masks: [] }
  if (about.some((permits) => permits.length === 0)) return { decision: 'deny', masks: [] }

  const masksOf = (column: string, via: string, functions: readonly string[]): string[] => {
    const definition = classOf(document, column)
    if (via === 'count' || definition === 'clear') return []
    if (definition === undefined) return ['withhold']
    const table = column.slice(0, column.lastIndexOf('.'))
    const revealed = rules.some(
      (rule) =>
        rule.effect === 'permit' && rule.reveal?.includes(definition.name) && isAbout(rule, 'select', table),
    )
    if (revealed) return []
    const allowed =
      functions.length > 0 && functions.every((name) => (definition.functions as string[]).includes(name))
    return [via === 'derived' && !allowed ? 'withhold' : definition.mask.kind]
  }
  const mayUse = (column: string, place: UsePlace): boolean => {
    const definition = classOf(document, column)
    if (masksOf(column, 'value', []).length === 0) return true
    return typeof definition === 'object' && definition.uses.some((use) => use === place)
  }
  const refused = Object.entries(summary.uses).some(([place, columns]) =>
    columns.some((column) => !mayUse(column, place as UsePlace)),
  )
  const asks = about.flat().some((rule) => rule.effect === 'permit' && rule.approval !== undefined)
  return {
    decision: refused ? 'deny' : asks ? 'needs-approval' : 'allow',
    masks: summary.outputs.map(({ flows }) =>
      strictest(flows.flatMap(({ column, via, functions }) => masksOf(column, via, functions))),
    ),
  }
}

const isBelow = (table: string, pattern: string): boolean =>
  pattern.endsWith('.*') && table.startsWith(pattern.slice(0, -1))

const classOf = (document: PolicyDocument, column: string) => {
  const at = column.lastIndexOf('.')
  const resource = document.resources.find(({ table }) => table === column.slice(0, at))
  const name = resource?.columns[column.slice(at + 1)]
  return name === undefined || name === 'clear' ? name : { name, ...document.classes[name]! }
}

/** The first that hides all wins; two that each keep another part leave nothing to show. */
const strictest = (masks: readonly string[]): Mask['kind'] | null => {
  const kinds = new Set(masks)
  const partial = ['partial', 'zip3', 'year'].filter((kind) => kinds.has(kind))
  if (partial.length > 1) return 'withhold'
  return (['withhold', 'redact', 'random', 'token', ...partial].find((kind) => kinds.has(kind)) ?? null) as
    | Mask['kind']
    | null
}
