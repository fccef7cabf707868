import { run } from './governed-answer.ts'
import { compile, type LeakSearch } from './leak-search.ts'
import { printQuery } from './print-statement.ts'
import type { WorldPair } from './world-pairs.ts'
import { comparableRows, type WorldWarehouse } from './world-warehouse.ts'

/** A statement that the reference semantics and the local Snowflake answer differently. */
export interface Disagreement {
  readonly kind: 'rows' | 'only the reference fails' | 'only the local fails'
  readonly sql: string
  readonly what: string
}

export interface CrossCheck {
  /** Statements that both answer with the same rows, and those that both refuse or fail. */
  readonly same: number
  readonly bothFail: number
  readonly disagreements: readonly Disagreement[]
}

/** Runs statements of the grammar by the reference semantics and on the local Snowflake, both with the rows of one world. */
export const crossCheck = async (
  search: LeakSearch,
  { left }: WorldPair,
  warehouse: WorldWarehouse,
  count: number,
): Promise<CrossCheck> => {
  const disagreements: Disagreement[] = []
  let [same, bothFail] = [0, 0]
  for (let at = 0; at < count; at += 1) {
    const { statement } = search.make()
    const { dateFormat, timeZone } = statement.settings
    if (dateFormat !== 'YYYY-MM-DD' || timeZone !== 'UTC') continue
    const sql = printQuery(statement.q)
    const compiled = compile(statement, search.tables)
    const answer = compiled && run(compiled, left)
    if (compiled !== null && answer === null) continue
    const site = answer && [...answer.reached, ...answer.eager][0]
    const failure =
      compiled === null
        ? 'refused'
        : site === undefined || site === null
          ? null
          : compiled.compilation.sites[site]
    const given = await warehouse.run(sql)
    if (typeof given === 'string') {
      if (failure !== null) bothFail += 1
      else disagreements.push({ kind: 'only the local fails', sql, what: given })
      continue
    }
    const rows = comparableRows(answer?.rows ?? [])
    if (failure !== null) disagreements.push({ kind: 'only the reference fails', sql, what: failure ?? '' })
    else if (JSON.stringify(rows) === JSON.stringify(given)) same += 1
    else
      disagreements.push({
        kind: 'rows',
        sql,
        what: `${rows.slice(0, 3).join('; ')} and ${given.slice(0, 3).join('; ')}`,
      })
  }
  return { same, bothFail, disagreements }
}
