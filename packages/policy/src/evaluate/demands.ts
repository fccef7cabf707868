import type { AnalyzedStatement, Effect, TableName } from '@snowfence/core'
import { isMetadata } from './subject-columns.ts'

/** One thing a statement does to one resource: each needs a permit of its own. */
export interface Demand {
  readonly effect: Effect
  /** A table name, `stage:…`, `function:…`, or null where the effect names no resource. */
  readonly resource: string | null
}

const stageEffects: readonly Effect[] = ['export', 'put', 'get', 'delete', 'metadata']

/** What a statement does with the files of its stages: a load selects from them, and may remove them. */
const effectsOnStages = ({ effects }: AnalyzedStatement): readonly Effect[] => {
  const named = stageEffects.filter((effect) => effects.includes(effect))
  return named.length === 0 || effects.includes('insert') ? ['select', ...named] : named
}

/**
 * Whether a read tells the structure of a table and no value, so that `select` is not asked for. A plan is no such read: how
 * many partitions a condition leaves tells where values lie.
 */
const isDescription = ({ effects, kind }: AnalyzedStatement, table: TableName): boolean =>
  effects.length === 1 && effects[0] === 'metadata' && (kind !== 'explain' || isMetadata(table))

/** Everything that a statement needs a permit for, in a fixed order and without repetition. */
export const demandsOf = (summary: AnalyzedStatement): Demand[] => {
  const demands: Demand[] = []
  const add = (effect: Effect, resource: string | null): void => {
    if (!demands.some((known) => known.effect === effect && known.resource === resource)) {
      demands.push({ effect, resource })
    }
  }
  const stages = new Set(summary.stages)
  for (const { table } of summary.reads) {
    if (stages.has(table)) add('select', `stage:${table}`)
    else add(isDescription(summary, table) ? 'metadata' : 'select', table)
  }
  // What an export writes is the stage, which is no table.
  for (const { table, effect } of summary.writes) if (!stages.has(table)) add(effect, table)
  for (const stage of stages) {
    for (const effect of effectsOnStages(summary)) add(effect, `stage:${stage}`)
  }
  // A function with a schema is somebody's own: it may write, or send its arguments away. Of the others the analysis
  // lets only built-in ones through that compute from their arguments.
  for (const name of summary.functions) if (name.includes('.')) add('call', `function:${name}`)
  for (const effect of summary.effects) {
    if (!demands.some((known) => known.effect === effect)) add(effect, null)
  }
  return demands
}

/** A demand as a person reads it. */
export const printDemand = ({ effect, resource }: Demand): string =>
  resource === null ? `\`${effect}\`` : `\`${effect}\` on ${resource}`
