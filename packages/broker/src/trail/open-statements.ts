import { setImmediate } from 'node:timers/promises'
import { countOpenStatements, type OpenStatements, readStep, type StatementStep } from '@snowfence/audit'
import type { Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'
import { readTreeSize } from './tree-rows.ts'

/** Records in one read, so that requests are answered between two of them. */
const PAGE = 500
/** Reads in one look, so that a look at a long trail does not hold up a stop. */
const MOST_PAGES = 20

/** Statements that were let through and have no outcome in the trail: what became of them is unknown, or they run. */
export interface OpenStatementsWatch {
  /** Records were sealed here: the next look reads them. */
  note(): void
  /**
   * Reads records that were added since the last call, at most ten thousand. Asks the database only after records were
   * sealed here, after somebody read the count, and while records are left to read.
   */
  look(): Promise<void>
  /** As last read. The next look then reads records of other replicas too, of which this one is not told. */
  current(): OpenStatements
}

/**
 * Follows the trail in the order of its leaves. Memory holds the open statements, not the ended ones: a session sends an
 * outcome after the record that it ends, so an outcome never comes first.
 */
export const watchOpenStatements = (database: Kysely<Tables>): OpenStatementsWatch => {
  let open: readonly StatementStep[] = []
  let next = 0
  let isDue = true

  const readPage = async (size: number): Promise<void> => {
    const rows = await database
      .selectFrom('records')
      .select('body')
      .where('leaf_index', '>=', next)
      .where('leaf_index', '<', Math.min(size, next + PAGE))
      .where('source', '=', 'session')
      .execute()
    const steps = [...open, ...rows.flatMap(({ body }) => readStep(body) ?? [])]
    const ended = new Set(steps.filter(({ kind }) => kind === 'ended').map(({ statement }) => statement))
    open = steps.filter(({ kind, statement }) => kind === 'authorized' && !ended.has(statement))
    next = Math.min(size, next + PAGE)
  }

  return {
    note() {
      isDue = true
    },
    async look() {
      if (!isDue) return
      isDue = false
      try {
        const size = await readTreeSize(database)
        for (let page = 0; page < MOST_PAGES && next < size; page += 1) {
          await readPage(size)
          await setImmediate()
        }
        if (next < size) isDue = true
      } catch (error) {
        isDue = true
        throw error
      }
    },
    current() {
      isDue = true
      return countOpenStatements(open)
    },
  }
}
